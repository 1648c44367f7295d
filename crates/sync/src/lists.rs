//! Reading the company file's lists, so that entries can refer to what is there and never make a twin.

use std::collections::VecDeque;

use books::{ListObject, NameSpace};
use qbxml::{ListDelType, ListId, Object, RefRet, Request, WallTime};
use serde::{Deserialize, Serialize};
use store::{AccountFacts, GoneObject, ListRow};

/// How many rows are asked for at a time from lists that can be long.
const ROWS_AT_A_TIME: u32 = 500;

/// A list of the company file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Chart of accounts.
    Accounts,
    /// Classes.
    Classes,
    /// Payment methods.
    PaymentMethods,
    /// Payment terms.
    Terms,
    /// Sales-tax codes.
    SalesTaxCodes,
    /// Items of all kinds.
    Items,
    /// Customers, and all others who share their names: vendors, employees and other names (PROTOCOL.md e).
    Names,
    /// What was deleted from all of them, or merged into something else: reading only what changed does not show it.
    Deleted,
}

impl List {
    /// All lists, in the order in which they are read: what is deleted is told once everything that is there is known.
    pub const ALL: [Self; 8] = [
        Self::Accounts,
        Self::Classes,
        Self::PaymentMethods,
        Self::Terms,
        Self::SalesTaxCodes,
        Self::Items,
        Self::Names,
        Self::Deleted,
    ];

    /// The name spaces and kinds that it covers.
    pub const fn kinds(self) -> &'static [(NameSpace, &'static str)] {
        match self {
            Self::Accounts => &[(NameSpace::Account, "Account")],
            Self::Classes => &[(NameSpace::Class, "Class")],
            Self::PaymentMethods => &[(NameSpace::PaymentMethod, "PaymentMethod")],
            Self::Terms => &[(NameSpace::Terms, "StandardTerms")],
            Self::SalesTaxCodes => &[(NameSpace::SalesTaxCode, "SalesTaxCode")],
            Self::Items => &[
                (NameSpace::Item, "ItemInventory"),
                (NameSpace::Item, "ItemNonInventory"),
                (NameSpace::Item, "ItemService"),
                (NameSpace::Item, "ItemOtherCharge"),
                (NameSpace::Item, "ItemDiscount"),
                (NameSpace::Item, "ItemSalesTax"),
                (NameSpace::Item, "ItemSubtotal"),
                (NameSpace::Item, "ItemPayment"),
                (NameSpace::Item, "ItemInventoryAssembly"),
                (NameSpace::Item, "ItemGroup"),
                (NameSpace::Item, "ItemFixedAsset"),
                (NameSpace::Item, "ItemSalesTaxGroup"),
            ],
            Self::Names => &[
                (NameSpace::Name, "Customer"),
                (NameSpace::Name, "Vendor"),
                (NameSpace::Name, "Employee"),
                (NameSpace::Name, "OtherName"),
            ],
            Self::Deleted => &[],
        }
    }

    /// Whether QuickBooks gives it in parts (PROTOCOL.md c.4).
    const fn in_parts(self) -> bool {
        matches!(self, Self::Items | Self::Names)
    }

    /// The setting that says how far it was read, as [`Seen`].
    pub fn seen_key(self) -> String {
        let name = serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned));
        format!("list.{}", name.unwrap_or_default())
    }
}

/// What of QuickBooks' kinds of list objects is read here, by the list that each is in.
const DELETED: [(ListDelType, NameSpace); 22] = [
    (ListDelType::Account, NameSpace::Account),
    (ListDelType::Class, NameSpace::Class),
    (ListDelType::Customer, NameSpace::Name),
    (ListDelType::Employee, NameSpace::Name),
    (ListDelType::ItemDiscount, NameSpace::Item),
    (ListDelType::ItemFixedAsset, NameSpace::Item),
    (ListDelType::ItemGroup, NameSpace::Item),
    (ListDelType::ItemInventory, NameSpace::Item),
    (ListDelType::ItemInventoryAssembly, NameSpace::Item),
    (ListDelType::ItemNonInventory, NameSpace::Item),
    (ListDelType::ItemOtherCharge, NameSpace::Item),
    (ListDelType::ItemPayment, NameSpace::Item),
    (ListDelType::ItemSalesTax, NameSpace::Item),
    (ListDelType::ItemSalesTaxGroup, NameSpace::Item),
    (ListDelType::ItemService, NameSpace::Item),
    (ListDelType::ItemSubtotal, NameSpace::Item),
    (ListDelType::OtherName, NameSpace::Name),
    (ListDelType::PaymentMethod, NameSpace::PaymentMethod),
    (ListDelType::SalesTaxCode, NameSpace::SalesTaxCode),
    (ListDelType::StandardTerms, NameSpace::Terms),
    (ListDelType::DateDrivenTerms, NameSpace::Terms),
    (ListDelType::Vendor, NameSpace::Name),
];

/// What a part of a list told.
#[derive(Debug, Default)]
pub struct Part {
    /// What is there.
    pub rows: Vec<ListRow>,
    /// What is not there any more.
    pub gone: Vec<GoneObject>,
    /// What accounts tell of themselves beyond that.
    pub accounts: Vec<AccountFacts>,
    newest: Option<WallTime>,
}

impl Part {
    /// Takes in what an object tells.
    pub fn take(&mut self, object: &Object) {
        if let Object::Account(ret) = object {
            self.accounts.push(AccountFacts {
                id: ret.list_id.clone(),
                number: ret.account_number.clone(),
                description: ret.desc.clone(),
                special: ret.special_account_type.map(|special| special.to_string()),
            });
        }
        let at = if let Some(row) = row(object) {
            let at = row.modified.parse::<WallTime>().ok();
            self.rows.push(row);
            at
        } else if let Object::ListDeleted(ret) = object {
            let kind = DELETED.iter().find(|(kind, _)| Some(*kind) == ret.list_del_type);
            self.gone.extend(kind.map(|(_, space)| GoneObject { space: *space, id: ret.list_id.clone(), into: None }));
            ret.time_deleted
        } else {
            None
        };
        self.newest = self.newest.max(at);
    }
}

/// How far a list was read; there is none before it was read to its end once.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// QuickBooks' time of the newest change seen; asked for again, because several changes can share a second.
    pub newest: Option<WallTime>,
}

/// What is still to be read in this session.
#[derive(Debug, Default)]
pub struct Reading {
    queue: VecDeque<List>,
    /// The list being read goes on with this iterator.
    iterator_id: Option<String>,
    /// The filter that the list being read began with: it must stay the same to the end (PROTOCOL.md c.4).
    since: Option<WallTime>,
    /// The newest change seen in it so far.
    newest: Option<WallTime>,
}

impl Reading {
    /// All lists from their beginning.
    pub fn all() -> Self {
        Self { queue: List::ALL.into(), ..Self::default() }
    }

    /// The list being read, if any is.
    pub fn current(&self) -> Option<List> {
        self.queue.front().copied()
    }

    /// Whether the list is read from its beginning and not for changes alone.
    pub const fn is_whole(&self) -> bool {
        self.since.is_none()
    }

    /// Notes that this part of the list came, `more` being the iterator to go on with. At its end returns how far it was
    /// read.
    pub fn came(&mut self, part: &Part, more: Option<String>) -> Option<Seen> {
        self.newest = self.newest.take().max(part.newest);
        self.iterator_id = more;
        if self.iterator_id.is_some() {
            return None;
        }
        self.queue.pop_front();
        self.since = None;
        Some(Seen { newest: self.newest.take() })
    }

    /// The next question; `since` is the time of the newest change seen in the list before, none for all of it.
    pub fn question(&mut self, since: Option<WallTime>) -> Option<Request> {
        let list = self.current()?;
        if self.iterator_id.is_none() {
            self.since = since;
        }
        let filter = qbxml::ListFilter {
            max_returned: list.in_parts().then_some(ROWS_AT_A_TIME),
            active_status: Some(qbxml::ActiveStatus::All),
            from_modified_date: self.since,
            ..qbxml::ListFilter::default()
        };
        let iterator = list.in_parts().then(|| match &self.iterator_id {
            Some(id) => qbxml::Iterator::Continue(id.clone()),
            None => qbxml::Iterator::Start,
        });
        Some(match list {
            List::Accounts => {
                qbxml::AccountQuery { select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::Classes => {
                qbxml::ClassQuery { select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::PaymentMethods => {
                qbxml::PaymentMethodQuery { select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::Terms => {
                qbxml::StandardTermsQuery { select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::SalesTaxCodes => {
                qbxml::SalesTaxCodeQuery { select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::Items => {
                qbxml::ItemQuery { iterator, select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::Names => {
                qbxml::EntityQuery { iterator, select: qbxml::ListSelect::Filter(filter), ..Default::default() }.into()
            }
            List::Deleted => qbxml::ListDeletedQuery {
                list_del_type: DELETED.iter().map(|(kind, _)| *kind).collect(),
                deleted_date_range_filter: self.since.map(|since| qbxml::DeletedDateRangeFilter {
                    from_deleted_date: Some(since),
                    ..Default::default()
                }),
                ..Default::default()
            }
            .into(),
        })
    }
}

/// The list row that an answered object stands for; none for objects that are no list rows.
pub fn row(object: &Object) -> Option<ListRow> {
    struct Facts<'a> {
        id: &'a ListId,
        space: NameSpace,
        kind: &'a str,
        name: &'a str,
        active: Option<bool>,
        account: Option<String>,
        asset: Option<String>,
        edit_sequence: Option<&'a qbxml::EditSequence>,
        modified: Option<&'a qbxml::WallTime>,
    }
    fn account(reference: Option<&RefRet>) -> Option<String> {
        reference.and_then(|reference| reference.full_name.clone())
    }
    macro_rules! facts {
        ($ret:expr, $space:expr, $kind:literal, $name:expr, $account:expr) => {
            Facts {
                id: &$ret.list_id,
                space: $space,
                kind: $kind,
                name: $name.as_deref().unwrap_or_default(),
                active: $ret.is_active,
                account: $account,
                asset: None,
                edit_sequence: $ret.edit_sequence.as_ref(),
                modified: $ret.time_modified.as_ref(),
            }
        };
    }
    let facts = match object {
        Object::Account(ret) => {
            facts!(ret, NameSpace::Account, "Account", ret.full_name, ret.account_type.map(|kind| kind.to_string()))
        }
        Object::Class(ret) => facts!(ret, NameSpace::Class, "Class", ret.full_name, None),
        Object::PaymentMethod(ret) => facts!(ret, NameSpace::PaymentMethod, "PaymentMethod", ret.name, None),
        Object::StandardTerms(ret) => facts!(ret, NameSpace::Terms, "StandardTerms", ret.name, None),
        Object::SalesTaxCode(ret) => facts!(ret, NameSpace::SalesTaxCode, "SalesTaxCode", ret.name, None),
        Object::Customer(ret) => facts!(ret, NameSpace::Name, "Customer", ret.full_name, None),
        Object::Vendor(ret) => facts!(ret, NameSpace::Name, "Vendor", ret.name, None),
        Object::Employee(ret) => facts!(ret, NameSpace::Name, "Employee", ret.name, None),
        Object::OtherName(ret) => facts!(ret, NameSpace::Name, "OtherName", ret.name, None),
        Object::ItemInventoryAssembly(ret) => {
            facts!(ret, NameSpace::Item, "ItemInventoryAssembly", ret.full_name, None)
        }
        Object::ItemGroup(ret) => facts!(ret, NameSpace::Item, "ItemGroup", ret.name, None),
        Object::ItemFixedAsset(ret) => facts!(ret, NameSpace::Item, "ItemFixedAsset", ret.name, None),
        Object::ItemSalesTaxGroup(ret) => facts!(ret, NameSpace::Item, "ItemSalesTaxGroup", ret.name, None),
        Object::ItemInventory(ret) => Facts {
            asset: account(ret.asset_account_ref.as_ref()),
            ..facts!(ret, NameSpace::Item, "ItemInventory", ret.full_name, account(ret.income_account_ref.as_ref()))
        },
        Object::ItemNonInventory(ret) => {
            facts!(ret, NameSpace::Item, "ItemNonInventory", ret.full_name, account(ret.sales_account()))
        }
        Object::ItemService(ret) => {
            facts!(ret, NameSpace::Item, "ItemService", ret.full_name, account(ret.sales_account()))
        }
        Object::ItemOtherCharge(ret) => {
            facts!(ret, NameSpace::Item, "ItemOtherCharge", ret.full_name, account(ret.sales_account()))
        }
        Object::ItemDiscount(ret) => {
            facts!(ret, NameSpace::Item, "ItemDiscount", ret.full_name, account(ret.account_ref.as_ref()))
        }
        Object::ItemSalesTax(ret) => {
            facts!(
                ret,
                NameSpace::Item,
                "ItemSalesTax",
                ret.name,
                ret.tax_rate.map(|rate| rate.value().normalize().to_string())
            )
        }
        Object::ItemSubtotal(ret) => facts!(ret, NameSpace::Item, "ItemSubtotal", ret.name, None),
        Object::ItemPayment(ret) => {
            facts!(ret, NameSpace::Item, "ItemPayment", ret.name, account(ret.deposit_to_account_ref.as_ref()))
        }
        _ => return None,
    };
    Some(ListRow {
        object: ListObject {
            id: facts.id.clone(),
            space: facts.space,
            kind: facts.kind.to_owned(),
            full_name: facts.name.to_owned(),
            active: facts.active.unwrap_or(true),
            account: facts.account,
            asset: facts.asset,
        },
        edit_sequence: facts.edit_sequence.map(|sequence| sequence.as_str().to_owned()).unwrap_or_default(),
        modified: facts.modified.map(ToString::to_string).unwrap_or_default(),
        marks: marks(object),
    })
}

/// What identifies an object beyond its name.
fn marks(object: &Object) -> Vec<String> {
    let marks = match object {
        Object::Customer(ret) => [ret.email.clone(), None],
        Object::Vendor(ret) => [ret.email.clone(), None],
        Object::ItemInventory(ret) => [ret.manufacturer_part_number.clone(), ret.bar_code_value.clone()],
        Object::ItemNonInventory(ret) => [ret.manufacturer_part_number.clone(), ret.bar_code_value.clone()],
        _ => [None, None],
    };
    marks.into_iter().flatten().filter(|mark| !mark.trim().is_empty()).collect()
}
