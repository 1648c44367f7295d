//! The types of qbXML, one file per QuickBooks object. Adding an object is one file here, and its lines in the tables of
//! `request.rs` and `object.rs`.

pub mod account;
pub mod activity;
pub mod ar_refund_credit_card;
pub mod check;
pub mod class;
pub mod company;
pub mod credit_memo;
pub mod customer;
pub mod data_ext;
pub mod deposit;
pub mod inventory_adjustment;
pub mod invoice;
pub mod item_discount;
pub mod item_inventory;
pub mod item_non_inventory;
pub mod item_other_charge;
pub mod item_payment;
pub mod item_sales_tax;
pub mod item_service;
pub mod item_sides;
pub mod item_subtotal;
pub mod journal_entry;
pub mod list_names;
pub mod payment_method;
pub mod queries;
pub mod query;
pub mod receive_payment;
pub mod removal;
pub mod report;
pub mod sales_order;
pub mod sales_receipt;
pub mod sales_tax_code;
pub mod shared;
pub mod standard_terms;
