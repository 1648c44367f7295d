//! The types of qbXML, one file per QuickBooks object. Adding an object is one file here, and its lines in the tables of
//! `request.rs` and `object.rs`.

pub mod account;
pub mod class;
pub mod company;
pub mod customer;
pub mod data_ext;
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
pub mod payment_method;
pub mod queries;
pub mod query;
pub mod receive_payment;
pub mod removal;
pub mod sales_receipt;
pub mod sales_tax_code;
pub mod shared;
