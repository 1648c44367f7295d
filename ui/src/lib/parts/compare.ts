import type { PostingView } from "../backend";
import { sum } from "../format";

/** A posting as it was meant and as it was booked; null on the side that lacks it. */
export interface Pair {
  planned: PostingView | null;
  booked: PostingView | null;
  equal: boolean;
}

const amounts = (posting: PostingView) => `${sum([posting.debit])} ${sum([posting.credit])}`;

/**
 * What was meant beside what QuickBooks booked, in the order in which it was meant. Equal are postings of the same account,
 * class and amount; what has no equal stands beside another posting of its account, or alone.
 */
export function compare(planned: PostingView[], booked: PostingView[]): Pair[] {
  const left = [...booked];
  const take = (matches: (posting: PostingView) => boolean): PostingView | null => {
    const index = left.findIndex(matches);
    return index < 0 ? null : (left.splice(index, 1)[0] ?? null);
  };
  const pairs = planned.map((posting): Pair => {
    const same = take(
      (other) =>
        other.account === posting.account &&
        other.class === posting.class &&
        amounts(other) === amounts(posting),
    );
    return { planned: posting, booked: same, equal: same !== null };
  });
  for (const pair of pairs) {
    if (!pair.equal) pair.booked = take((other) => other.account === pair.planned?.account);
  }
  return [...pairs, ...left.map((other): Pair => ({ planned: null, booked: other, equal: false }))];
}
