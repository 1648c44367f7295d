/** What there is to be connected, by its part of the address `#/settings/connections/…`. */
export const CONNECTIONS = ["shop", "quickbooks", "purchases"] as const;
export type Connection = (typeof CONNECTIONS)[number];
