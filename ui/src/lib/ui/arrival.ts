/** Whether the reader has moved from the page on which the window opened: before that, no heading takes the focus. */
export const arrival = { moved: false };
