//! Lengths of names and texts, in characters (PROTOCOL.md e and Appendix D).

/// ListID, TxnID, TxnLineID.
pub const ID: usize = 36;
/// EditSequence.
pub const EDIT_SEQUENCE: usize = 16;
/// The requestID attribute.
pub const REQUEST_ID: usize = 50;
/// newMessageSetID and oldMessageSetID; longer ones are refused with 9004 (PROTOCOL.md c.3).
pub const MESSAGE_SET_ID: usize = 23;
/// One element name of IncludeRetElement.
pub const RET_ELEMENT: usize = 50;

/// Name of a customer, vendor, employee or other name; also company name and contact.
pub const CUSTOMER_NAME: usize = 41;
/// Path of a customer and its jobs.
pub const CUSTOMER_FULL_NAME: usize = 209;
/// First or last name.
pub const FIRST_NAME: usize = 25;
/// First or last name.
pub const LAST_NAME: usize = FIRST_NAME;
/// Middle name.
pub const MIDDLE_NAME: usize = 5;
/// Salutation of a customer.
pub const SALUTATION: usize = 15;
/// Job title.
pub const JOB_TITLE: usize = 41;
/// Phone and fax.
pub const PHONE: usize = 21;
/// Email and Cc.
pub const EMAIL: usize = 1023;
/// The merchant's number with a vendor.
pub const VENDOR_ACCOUNT: usize = 99;
/// Notes of a customer.
pub const NOTES: usize = 4095;

/// One line of an address, and its note.
pub const ADDRESS_LINE: usize = 41;
/// City.
pub const CITY: usize = 31;
/// State or province.
pub const STATE: usize = 21;
/// Postal code.
pub const POSTAL_CODE: usize = 13;
/// Country.
pub const COUNTRY: usize = 31;

/// Name of an item.
pub const ITEM_NAME: usize = 31;
/// Manufacturer's part number.
pub const PART_NUMBER: usize = 31;
/// Bar code of an item.
pub const BAR_CODE: usize = 50;
/// Name of an account, class, payment method, template, terms, site or unit of measure.
pub const LIST_NAME: usize = 31;
/// Path of an account or class.
pub const FULL_NAME: usize = 159;
/// Number of an account.
pub const ACCOUNT_NUMBER: usize = 7;
/// Sales tax code.
pub const TAX_CODE: usize = 3;
/// Initials of a sales representative.
pub const SALES_REP: usize = 5;
/// Shipping method.
pub const SHIP_METHOD: usize = 15;
/// Message to the customer.
pub const CUSTOMER_MESSAGE: usize = 101;
/// Name of a currency.
pub const CURRENCY: usize = 64;

/// RefNumber of sales forms, journal entries and purchase orders.
pub const REF_NUMBER: usize = 11;
/// RefNumber of received payments, bills and item receipts.
pub const LONG_REF_NUMBER: usize = 20;
/// PONumber, and the CheckNumber of a sales receipt.
pub const PO_NUMBER: usize = 25;
/// FOB.
pub const FOB: usize = 13;
/// The free fields Other, Other1, Other2.
pub const OTHER: usize = 29;
/// Memo.
pub const MEMO: usize = 4095;
/// Description of an item or a line; serial number.
pub const DESC: usize = 4095;
/// Lot number.
pub const LOT_NUMBER: usize = 40;

/// Name of a custom or private data field.
pub const DATA_EXT_NAME: usize = 31;
