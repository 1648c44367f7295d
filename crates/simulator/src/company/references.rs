//! References from one object to another: which list each `…Ref` points at, whether it may, and how it is told.

use super::books::{Books, ListObject};
use super::ids::ListId;
use super::kinds::Space;
use super::status::{NO_RECORD, Status};
use super::xml::Element;

/// Where a reference points.
struct Target {
    /// The element's name.
    field: &'static str,
    space: Space,
    /// The lists allowed; empty = all of the space.
    lists: &'static [&'static str],
    /// The account types allowed; empty = all.
    account_types: &'static [&'static str],
    /// What QuickBooks calls the list in its messages.
    label: &'static str,
}

const fn target(field: &'static str, space: Space, lists: &'static [&'static str], label: &'static str) -> Target {
    Target { field, space, lists, account_types: &[], label }
}

const fn account(field: &'static str, account_types: &'static [&'static str]) -> Target {
    Target { field, space: Space::Accounts, lists: &[], account_types, label: "Account" }
}

/// Accounts that money can be deposited to.
const DEPOSIT: &[&str] = &["Bank", "OtherCurrentAsset", "CreditCard", "OtherCurrentLiability"];

static TARGETS: [Target; 32] = [
    target("CustomerRef", Space::Names, &["Customer"], "Customer"),
    target("VendorRef", Space::Names, &["Vendor"], "Vendor"),
    target("PrefVendorRef", Space::Names, &["Vendor"], "Vendor"),
    target("TaxVendorRef", Space::Names, &["Vendor"], "Vendor"),
    target("EntityRef", Space::Names, &[], "Entity"),
    target("ShipToEntityRef", Space::Names, &[], "Entity"),
    target("PayeeEntityRef", Space::Names, &[], "Entity"),
    target("ClassRef", Space::Classes, &[], "Class"),
    target("DiscountClassRef", Space::Classes, &[], "Class"),
    target("ItemRef", Space::Items, &[], "Item"),
    target("ItemInventoryRef", Space::Items, &["ItemInventory", "ItemInventoryAssembly"], "Item"),
    target("ItemSalesTaxRef", Space::Items, &["ItemSalesTax"], "ItemSalesTax"),
    target("SalesTaxCodeRef", Space::TaxCodes, &[], "SalesTaxCode"),
    target("CustomerSalesTaxCodeRef", Space::TaxCodes, &[], "SalesTaxCode"),
    target("PaymentMethodRef", Space::PaymentMethods, &[], "PaymentMethod"),
    target("PreferredPaymentMethodRef", Space::PaymentMethods, &[], "PaymentMethod"),
    target("ShipMethodRef", Space::ShipMethods, &[], "ShipMethod"),
    target("TermsRef", Space::Terms, &[], "Terms"),
    target("InventorySiteRef", Space::Sites, &[], "InventorySite"),
    target("FromInventorySiteRef", Space::Sites, &[], "InventorySite"),
    target("ToInventorySiteRef", Space::Sites, &[], "InventorySite"),
    account("AccountRef", &[]),
    account("IncomeAccountRef", &["Income", "OtherIncome"]),
    account("ExpenseAccountRef", &["Expense", "OtherExpense", "CostOfGoodsSold"]),
    account("COGSAccountRef", &["CostOfGoodsSold", "Expense", "OtherExpense"]),
    account("AssetAccountRef", &["OtherCurrentAsset", "OtherAsset"]),
    account("DepositToAccountRef", DEPOSIT),
    account("RefundFromAccountRef", DEPOSIT),
    account("ARAccountRef", &["AccountsReceivable"]),
    account("APAccountRef", &["AccountsPayable"]),
    account("DiscountAccountRef", &[]),
    account("OverrideItemAccountRef", &[]),
];

/// Fields that stand for features which the simulated company does not have (PROTOCOL.md d).
const ABSENT_FEATURES: [&str; 5] =
    ["CurrencyRef", "ExchangeRate", "InventorySiteLocationRef", "ParentSiteRef", "UnitOfMeasureSetRef"];

/// Replaces every reference among the fields by the ListID that it means. `place` is the object that refers, as
/// QuickBooks' message names it; `own_space` is where a ParentRef points.
pub(crate) fn resolve(
    books: &Books,
    fields: &[Element],
    place: &str,
    own_space: Option<Space>,
) -> Result<Vec<Element>, Status> {
    let mut resolved = Vec::with_capacity(fields.len());
    for field in fields {
        if ABSENT_FEATURES.contains(&field.name.as_str()) {
            return Err(Status::feature_off(&field.name));
        }
        if !field.name.ends_with("Ref") {
            let mut copy = field.clone();
            if !field.children.is_empty() {
                copy.children = resolve(books, &field.children, place, own_space)?;
            }
            resolved.push(copy);
            continue;
        }
        let parent;
        let target = match (field.name.as_str(), own_space) {
            ("ParentRef", Some(space)) => {
                parent = target("ParentRef", space, &[], "parent");
                &parent
            }
            _ => match TARGETS.iter().find(|target| target.field == field.name) {
                Some(target) => target,
                None => return Err(unknown_list(field, place)),
            },
        };
        let off = (target.space == Space::Classes && !books.setup.class_tracking)
            || (target.space == Space::Sites && !books.setup.has_sites());
        if off {
            return Err(Status::feature_off(&field.name));
        }
        let mut copy = Element::group(&field.name, Vec::new());
        if let Some(object) = find(books, field, target, place)? {
            copy.children.push(Element::leaf("ListID", object.id.as_str()));
        }
        resolved.push(copy);
    }
    Ok(resolved)
}

/// A reference into a list that the company has nothing in.
fn unknown_list(field: &Element, place: &str) -> Status {
    let name = field.text_of("FullName").or_else(|| field.text_of("ListID")).unwrap_or_default();
    Status::invalid_reference(field.name.trim_end_matches("Ref"), name, place, NO_RECORD)
}

fn find<'a>(books: &'a Books, field: &Element, target: &Target, place: &str) -> Result<Option<&'a ListObject>, Status> {
    let id = field.text_of("ListID");
    let Some(name) = id.or_else(|| field.text_of("FullName")) else { return Ok(None) };
    let refuse = |why: &str| Status::invalid_reference(target.label, name, place, why);
    let object = match id {
        Some(id) => books.lists.get(id).ok_or_else(|| Status::gone(id))?,
        None => books.find(target.space, name).ok_or_else(|| refuse(NO_RECORD))?,
    };
    let fits =
        object.info.space == target.space && (target.lists.is_empty() || target.lists.contains(&object.info.name));
    if !fits {
        return Err(refuse(NO_RECORD));
    }
    if !object.active {
        return Err(refuse("The specified list element is inactive."));
    }
    let account_type = object.text("AccountType").unwrap_or_default();
    if !target.account_types.is_empty() && !target.account_types.contains(&account_type) {
        return Err(refuse(&format!("An account of type {account_type} cannot be used in {}.", target.field)));
    }
    Ok(Some(object))
}

/// The full form of a reference: ListID and the present full name.
pub(crate) fn told(books: &Books, name: &str, id: &ListId) -> Element {
    Element::group(name, vec![Element::leaf("ListID", id.as_str()), Element::leaf("FullName", books.full_name(id))])
}

/// A copy of the fields with every reference in full form; cleared references are left out.
pub(crate) fn tell(books: &Books, fields: &[Element]) -> Vec<Element> {
    fields
        .iter()
        .filter_map(|field| {
            if field.name.ends_with("Ref") {
                let id = field.text_of("ListID")?;
                return Some(told(books, &field.name, &ListId::new(id)));
            }
            let mut copy = field.clone();
            if !field.children.is_empty() {
                copy.children = tell(books, &field.children);
            }
            Some(copy)
        })
        .collect()
}
