/** More unread notifications than this are not counted. */
export const UNREAD_COUNTED_MAX = 1000;
