//! Vendors.

use jiff::civil::Date;

use crate::{
    limits,
    macros::form,
    types::shared::{Address, AddressBlock, DataExtRet, RefRet},
    value::{Amount, EditSequence, Guid, ListId, Ref, WallTime},
};

form! {
    write
    /// Adds a vendor.
    VendorAdd {
        name: String = "Name" [limits::CUSTOMER_NAME],
        is_active: Option<bool> = "IsActive",
        class_ref: Option<Ref> = "ClassRef" [limits::FULL_NAME],
        company_name: Option<String> = "CompanyName" [limits::CUSTOMER_NAME],
        salutation: Option<String> = "Salutation" [limits::SALUTATION],
        first_name: Option<String> = "FirstName" [limits::FIRST_NAME],
        middle_name: Option<String> = "MiddleName" [limits::MIDDLE_NAME],
        last_name: Option<String> = "LastName" [limits::LAST_NAME],
        job_title: Option<String> = "JobTitle" [limits::JOB_TITLE],
        vendor_address: Option<Address> = "VendorAddress",
        ship_address: Option<Address> = "ShipAddress",
        phone: Option<String> = "Phone" [limits::PHONE],
        alt_phone: Option<String> = "AltPhone" [limits::PHONE],
        fax: Option<String> = "Fax" [limits::PHONE],
        email: Option<String> = "Email" [limits::EMAIL],
        cc: Option<String> = "Cc" [limits::EMAIL],
        contact: Option<String> = "Contact" [limits::CUSTOMER_NAME],
        alt_contact: Option<String> = "AltContact" [limits::CUSTOMER_NAME],
        name_on_check: Option<String> = "NameOnCheck" [limits::CUSTOMER_NAME],
        account_number: Option<String> = "AccountNumber" [limits::VENDOR_ACCOUNT],
        notes: Option<String> = "Notes" [limits::NOTES],
        vendor_type_ref: Option<Ref> = "VendorTypeRef" [limits::FULL_NAME],
        terms_ref: Option<Ref> = "TermsRef" [limits::LIST_NAME],
        credit_limit: Option<Amount> = "CreditLimit",
        vendor_tax_ident: Option<String> = "VendorTaxIdent" [15],
        is_vendor_eligible_for1099: Option<bool> = "IsVendorEligibleFor1099",
        open_balance: Option<Amount> = "OpenBalance",
        open_balance_date: Option<Date> = "OpenBalanceDate",
        billing_rate_ref: Option<Ref> = "BillingRateRef" [limits::LIST_NAME],
        external_guid: Option<Guid> = "ExternalGUID",
        prefill_account_ref: Vec<Ref> = "PrefillAccountRef" [limits::FULL_NAME],
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
    }
}

form! {
    read
    /// What QuickBooks says of a vendor.
    VendorRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        is_active: Option<bool> = "IsActive",
        company_name: Option<String> = "CompanyName",
        first_name: Option<String> = "FirstName",
        last_name: Option<String> = "LastName",
        vendor_address: Option<Address> = "VendorAddress",
        vendor_address_block: Option<AddressBlock> = "VendorAddressBlock",
        phone: Option<String> = "Phone",
        email: Option<String> = "Email",
        contact: Option<String> = "Contact",
        account_number: Option<String> = "AccountNumber",
        notes: Option<String> = "Notes",
        terms_ref: Option<RefRet> = "TermsRef",
        balance: Option<Amount> = "Balance",
        external_guid: Option<Guid> = "ExternalGUID",
        currency_ref: Option<RefRet> = "CurrencyRef",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
