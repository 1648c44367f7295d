//! Aggregates that several objects share.

use jiff::civil::Date;

use crate::{
    enums::{DataExtType, LinkType, TxnType},
    limits,
    macros::{choice, form},
    value::{Amount, Change, Guid, ListId, Percent, Price, Ref, TxnId},
};

form! {
    both
    /// An address. QuickBooks prints the lines in this order; empty ones must be left out.
    Address {
        addr1: Option<String> = "Addr1" [limits::ADDRESS_LINE],
        addr2: Option<String> = "Addr2" [limits::ADDRESS_LINE],
        addr3: Option<String> = "Addr3" [limits::ADDRESS_LINE],
        addr4: Option<String> = "Addr4" [limits::ADDRESS_LINE],
        addr5: Option<String> = "Addr5" [limits::ADDRESS_LINE],
        city: Option<String> = "City" [limits::CITY],
        state: Option<String> = "State" [limits::STATE],
        postal_code: Option<String> = "PostalCode" [limits::POSTAL_CODE],
        country: Option<String> = "Country" [limits::COUNTRY],
        note: Option<String> = "Note" [limits::ADDRESS_LINE],
    }
}

form! {
    write
    /// A change of an address: what is kept stays, what is cleared goes.
    AddressMod {
        addr1: Change<String> = "Addr1" [limits::ADDRESS_LINE],
        addr2: Change<String> = "Addr2" [limits::ADDRESS_LINE],
        addr3: Change<String> = "Addr3" [limits::ADDRESS_LINE],
        addr4: Change<String> = "Addr4" [limits::ADDRESS_LINE],
        addr5: Change<String> = "Addr5" [limits::ADDRESS_LINE],
        city: Change<String> = "City" [limits::CITY],
        state: Change<String> = "State" [limits::STATE],
        postal_code: Change<String> = "PostalCode" [limits::POSTAL_CODE],
        country: Change<String> = "Country" [limits::COUNTRY],
        note: Change<String> = "Note" [limits::ADDRESS_LINE],
    }
}

impl From<Address> for AddressMod {
    /// The whole new address: what it does not have is cleared.
    fn from(address: Address) -> Self {
        Self {
            addr1: address.addr1.into(),
            addr2: address.addr2.into(),
            addr3: address.addr3.into(),
            addr4: address.addr4.into(),
            addr5: address.addr5.into(),
            city: address.city.into(),
            state: address.state.into(),
            postal_code: address.postal_code.into(),
            country: address.country.into(),
            note: address.note.into(),
        }
    }
}

form! {
    read
    /// An address as QuickBooks prints it.
    AddressBlock {
        addr1: Option<String> = "Addr1",
        addr2: Option<String> = "Addr2",
        addr3: Option<String> = "Addr3",
        addr4: Option<String> = "Addr4",
        addr5: Option<String> = "Addr5",
    }
}

form! {
    read
    /// A reference to a list entry in an answer; QuickBooks gives both id and name where it can.
    #[derive(Eq)]
    RefRet {
        list_id: Option<ListId> = "ListID",
        full_name: Option<String> = "FullName",
    }
}

form! {
    write
    /// The bar code of an item.
    BarCode {
        bar_code_value: Option<String> = "BarCodeValue" [limits::BAR_CODE],
        assign_even_if_used: Option<bool> = "AssignEvenIfUsed",
        allow_override: Option<bool> = "AllowOverride",
    }
}

choice! {
    /// What a line's amount is computed from. Left out, QuickBooks derives the rate from amount and quantity, which keeps
    /// the amount exact (PROTOCOL.md c.8).
    LineRate {
        Rate(Price) = "Rate",
        RatePercent(Percent) = "RatePercent",
        PriceLevel(Ref) = "PriceLevelRef" [limits::LIST_NAME],
    }
}

choice! {
    /// The serial number or the lot number of what a line sells.
    SerialOrLot {
        SerialNumber(String) = "SerialNumber" [limits::DESC],
        LotNumber(String) = "LotNumber" [limits::LOT_NUMBER],
    }
}

form! {
    write
    /// A credit that pays a part of an invoice.
    SetCredit {
        credit_txn_id: TxnId = "CreditTxnID",
        applied_amount: Amount = "AppliedAmount",
        r#override: Option<bool> = "Override",
    }
}

form! {
    write
    /// A custom field's value on a new transaction or line (PROTOCOL.md c.6).
    DataExt {
        owner_id: Guid = "OwnerID",
        data_ext_name: String = "DataExtName" [limits::DATA_EXT_NAME],
        data_ext_value: String = "DataExtValue",
    }
}

form! {
    read
    /// A custom or private data field's value; given only for the OwnerIDs that a query lists (PROTOCOL.md c.6).
    DataExtRet {
        owner_id: Option<Guid> = "OwnerID",
        data_ext_name: Option<String> = "DataExtName",
        data_ext_type: Option<DataExtType> = "DataExtType",
        data_ext_value: Option<String> = "DataExtValue",
    }
}

form! {
    read
    /// Another transaction that this one is linked to; given only when a query asks for linked transactions.
    LinkedTxn {
        txn_id: TxnId = "TxnID",
        txn_type: Option<TxnType> = "TxnType",
        txn_date: Option<Date> = "TxnDate",
        ref_number: Option<String> = "RefNumber",
        link_type: Option<LinkType> = "LinkType",
        amount: Option<Amount> = "Amount",
    }
}

form! {
    read
    /// How many entries a list can hold.
    Capacity {
        max_capacity: Option<u32> = "MaxCapacity",
    }
}
