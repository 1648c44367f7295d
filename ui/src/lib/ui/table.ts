/** A column of a VirtualTable. */
export interface Column<Row> {
  key: string;
  label: string;
  /** Its track in CSS grid, such as `8rem` or `minmax(12rem, 1fr)`. The same for every row. */
  width: string;
  /** Figures stand to the right, digit under digit. */
  figure?: boolean;
  /** What its cells say; where that is more than text, leave it out and give the table a `cell`. */
  text?: (row: Row) => string;
}
