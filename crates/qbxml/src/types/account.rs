//! Accounts.

use jiff::civil::Date;

use crate::{
    enums::{AccountType, SpecialAccountType},
    limits,
    macros::form,
    types::shared::{DataExtRet, RefRet},
    value::{Amount, Change, EditSequence, ListId, Ref, WallTime},
};

form! {
    write
    /// Adds an account.
    AccountAdd {
        name: String = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<Ref> = "ParentRef",
        account_type: AccountType = "AccountType",
        account_number: Option<String> = "AccountNumber" [limits::ACCOUNT_NUMBER],
        bank_number: Option<String> = "BankNumber" [25],
        desc: Option<String> = "Desc" [200],
        open_balance: Option<Amount> = "OpenBalance",
        open_balance_date: Option<Date> = "OpenBalanceDate",
        tax_line_id: Option<u32> = "TaxLineID",
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
    }
}

form! {
    write
    /// Changes an account: what is not named stays.
    AccountMod {
        list_id: ListId = "ListID",
        edit_sequence: EditSequence = "EditSequence",
        name: Option<String> = "Name" [limits::LIST_NAME],
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<Ref> = "ParentRef",
        account_type: Option<AccountType> = "AccountType",
        account_number: Change<String> = "AccountNumber" [limits::ACCOUNT_NUMBER],
        bank_number: Change<String> = "BankNumber" [25],
        desc: Change<String> = "Desc" [200],
        open_balance: Option<Amount> = "OpenBalance",
        open_balance_date: Option<Date> = "OpenBalanceDate",
        tax_line_id: Option<u32> = "TaxLineID",
        currency_ref: Option<Ref> = "CurrencyRef" [limits::CURRENCY],
    }
}

form! {
    read
    /// What QuickBooks says of an account.
    AccountRet {
        list_id: ListId = "ListID",
        time_created: Option<WallTime> = "TimeCreated",
        time_modified: Option<WallTime> = "TimeModified",
        edit_sequence: Option<EditSequence> = "EditSequence",
        name: Option<String> = "Name",
        full_name: Option<String> = "FullName",
        is_active: Option<bool> = "IsActive",
        parent_ref: Option<RefRet> = "ParentRef",
        sublevel: Option<u32> = "Sublevel",
        account_type: Option<AccountType> = "AccountType",
        special_account_type: Option<SpecialAccountType> = "SpecialAccountType",
        account_number: Option<String> = "AccountNumber",
        bank_number: Option<String> = "BankNumber",
        desc: Option<String> = "Desc",
        balance: Option<Amount> = "Balance",
        total_balance: Option<Amount> = "TotalBalance",
        currency_ref: Option<RefRet> = "CurrencyRef",
        data_ext_ret: Vec<DataExtRet> = "DataExtRet",
    }
}
