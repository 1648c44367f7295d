//! List elements: adding, changing, deleting, and telling them.

use rust_decimal::Decimal;

use super::books::{Books, ListObject, money, number, reference_in};
use super::ids::ListId;
use super::kinds::{ListInfo, Space};
use super::opening;
use super::purchase_orders;
use super::references;
use super::schema::Schema;
use super::sites;
use super::status::Status;
use super::xml::Element;

/// Fields that only make opening balances, and are not part of the element.
const OPENING: [&str; 5] = ["OpenBalance", "OpenBalanceDate", "QuantityOnHand", "TotalValue", "InventoryDate"];

/// `CustomerAdd` and its like.
pub(crate) fn add(books: &mut Books, info: &'static ListInfo, request: &Element) -> Result<ListId, Status> {
    let given = references::resolve(books, &request.children, info.name, Some(info.space))?;
    let mut fields = as_told(given.iter().filter(|field| !OPENING.contains(&field.name.as_str())).cloned());
    fields.retain(|field| !field.text.is_empty() || !field.children.is_empty());
    trim_name(&mut fields);
    if info.name == "Employee" {
        name_employee(&mut fields);
    }
    let object = ListObject {
        info,
        id: ListId::new(""),
        created: books.now,
        modified: books.now,
        sequence: 0,
        full_name: String::new(),
        active: true,
        parent: None,
        fields,
    };
    let mut object = checked(books, object)?;
    room_for_one_more(books, info)?;
    let opening = opening::wanted(books, &object, &given)?;
    defaults(books, &mut object);
    object.id = books.new_list_id();
    object.sequence = books.new_sequence();
    let id = object.id.clone();
    books.put_list(object);
    if let Some(opening) = opening {
        opening::put(books, &id, opening);
    }
    Ok(id)
}

/// `CustomerMod` and its like.
pub(crate) fn modify(
    books: &mut Books,
    schema: &Schema,
    info: &'static ListInfo,
    request: &Element,
) -> Result<ListId, Status> {
    let id = request.text_of("ListID").unwrap_or_default();
    let old = books.lists.get(id).filter(|object| object.info == info).ok_or_else(|| Status::not_found(id))?;
    let sequence = request.text_of("EditSequence").unwrap_or_default();
    if sequence != old.sequence.to_string() {
        return Err(Status::stale(sequence, ret(books, schema, old, &[])));
    }
    let mut object = old.clone();
    let given = references::resolve(books, &request.children, info.name, Some(info.space))?;
    for field in as_told(given.into_iter().filter(|field| !matches!(field.name.as_str(), "ListID" | "EditSequence"))) {
        change(&mut object.fields, field);
    }
    trim_name(&mut object.fields);
    let mut object = checked(books, object)?;
    object.modified = books.now;
    object.sequence = books.new_sequence();
    let id = object.id.clone();
    books.put_list(object);
    Ok(id)
}

/// `ListDel`.
pub(crate) fn delete(books: &mut Books, request: &Element) -> Result<Vec<Element>, Status> {
    let kind = request.text_of("ListDelType").unwrap_or_default();
    let id = request.text_of("ListID").unwrap_or_default();
    let object = books.lists.get(id).filter(|object| object.info.name == kind).ok_or_else(|| Status::not_found(id))?;
    let protected = object.text("SpecialAccountType").is_some()
        || Some(&object.id) == default_tax_item(books).as_ref()
        || Some(&object.id) == sites::default(books).as_ref();
    let (id, full_name) = (object.id.clone(), object.full_name.clone());
    if protected || books.is_used(&id) {
        return Err(Status::new(
            3160,
            format!(
                "Cannot delete the object specified by the id = \"{id}\".  QuickBooks error message: It is used in at least one transaction or list element."
            ),
        ));
    }
    books.remove_list(&id);
    Ok(vec![
        Element::leaf("ListDelType", kind),
        Element::leaf("ListID", id.as_str()),
        Element::leaf("TimeDeleted", books.time(books.now)),
        Element::leaf("FullName", full_name),
    ])
}

/// Names the fields as answers name them: `SalesOrPurchaseMod` is `SalesOrPurchase`, `BarCode` is its value.
fn as_told(fields: impl Iterator<Item = Element>) -> Vec<Element> {
    fields
        .map(|mut field| {
            if let Some(name) = field.name.strip_suffix("Mod").filter(|name| !name.is_empty()) {
                field.name = name.to_owned();
            }
            if field.name == "BarCode" {
                return Element::leaf("BarCodeValue", field.text_of("BarCodeValue").unwrap_or_default());
            }
            field
        })
        .collect()
}

/// One field of a Mod: an empty one clears; inside SalesOrPurchase and its like, field by field; all else as a whole.
fn change(fields: &mut Vec<Element>, field: Element) {
    let aggregate = matches!(field.name.as_str(), "SalesOrPurchase" | "SalesAndPurchase");
    if aggregate && let Some(old) = fields.iter_mut().find(|old| old.name == field.name) {
        for inner in field.children {
            change(&mut old.children, inner);
        }
        return;
    }
    fields.retain(|old| old.name != field.name);
    if !field.text.is_empty() || !field.children.is_empty() {
        fields.push(field);
    }
}

/// Employees are called by the parts of their names.
fn name_employee(fields: &mut Vec<Element>) {
    let part = |name: &str| fields.iter().find(|field| field.name == name).map(|field| field.text.as_str());
    let parts: Vec<&str> = ["FirstName", "MiddleName", "LastName"].into_iter().filter_map(part).collect();
    let name = parts.join(" ");
    fields.push(Element::leaf("Name", name));
}

fn trim_name(fields: &mut [Element]) {
    if let Some(name) = fields.iter_mut().find(|field| field.name == "Name") {
        name.text = name.text.trim().to_owned();
    }
}

/// The rules that the schema does not show; fills in what follows from the fields.
fn checked(books: &Books, mut object: ListObject) -> Result<ListObject, Status> {
    let name = object.text("Name").unwrap_or_default().to_owned();
    if name.is_empty() || name.contains([':', '\t', '\n', '\r']) {
        return Err(Status::new(3090, format!("There was an error when storing \"{name}\" in the \"Name\" field.")));
    }
    object.active = !matches!(object.text("IsActive"), Some("false" | "0"));
    object.parent = object.reference("ParentRef");
    object.full_name = match &object.parent {
        Some(parent) => {
            let parent = books.lists.get(parent).ok_or_else(|| Status::gone(parent.as_str()))?;
            let same_kind = parent.info == object.info
                && (object.info.space != Space::Accounts || parent.text("AccountType") == object.text("AccountType"));
            if !same_kind || parent.id == object.id {
                return Err(Status::saving(&saved(&object, &name), "The parent must be of the same type."));
            }
            if parent.full_name.matches(':').count() >= 4 {
                return Err(Status::saving(&saved(&object, &name), "A list element may have five levels at most."));
            }
            format!("{}:{name}", parent.full_name)
        }
        None => name.clone(),
    };
    if books.find(object.info.space, &object.full_name).is_some_and(|other| other.id != object.id) {
        return Err(Status::name_in_use(&name));
    }
    let missing = |field: &str| {
        Status::new(3150, format!("There is a missing element: \"{field}\" in the {}.", object.info.name))
    };
    match object.info.name {
        "ItemInventory" | "ItemInventoryAssembly" => {
            for field in ["IncomeAccountRef", "COGSAccountRef", "AssetAccountRef"] {
                object.reference(field).ok_or_else(|| missing(field))?;
            }
        }
        "ItemNonInventory" | "ItemService" | "ItemOtherCharge" => {
            if let Some(simple) = object.field("SalesOrPurchase") {
                reference_in(&simple.children, "AccountRef").ok_or_else(|| missing("AccountRef"))?;
            }
            if let Some(both) = object.field("SalesAndPurchase") {
                for field in ["IncomeAccountRef", "ExpenseAccountRef"] {
                    reference_in(&both.children, field).ok_or_else(|| missing(field))?;
                }
            }
        }
        "ItemDiscount" => {
            object.reference("AccountRef").ok_or_else(|| missing("AccountRef"))?;
        }
        "ItemSalesTax" => {
            let rate = object.decimal("TaxRate").unwrap_or_default();
            if rate != Decimal::ZERO && object.reference("TaxVendorRef").is_none() {
                return Err(missing("TaxVendorRef"));
            }
        }
        _ => {}
    }
    Ok(object)
}

fn saved(object: &ListObject, name: &str) -> String {
    format!("{} list, element \"{name}\"", object.info.name)
}

/// Refuses what the edition has no place for (PROTOCOL.md e).
fn room_for_one_more(books: &Books, info: &ListInfo) -> Result<(), Status> {
    let capacities = books.setup.capacities;
    let full = match info.space {
        Space::Names => {
            books.names_taken(Space::Names) >= capacities.names || books.places_taken(info) >= capacities.single_list
        }
        Space::Items => books.names_taken(Space::Items) >= capacities.items,
        Space::Accounts => books.places_taken(info) >= capacities.accounts,
        Space::Classes => books.places_taken(info) >= capacities.classes,
        Space::Terms => books.places_taken(info) >= books.setup.edition.list_capacity("Terms"),
        _ => books.places_taken(info) >= books.setup.edition.list_capacity(info.name),
    };
    if full {
        return Err(Status::new(
            3110,
            format!(
                "Could not add the {} list element.  QuickBooks error message: You have reached the maximum number of elements for this list.",
                info.name
            ),
        ));
    }
    Ok(())
}

/// What QuickBooks fills in when it is not given.
fn defaults(books: &Books, object: &mut ListObject) {
    let taxable = books.setup.sales_tax && !matches!(object.info.name, "ItemSalesTax" | "ItemSubtotal" | "ItemPayment");
    if taxable
        && matches!(object.info.space, Space::Items)
        && object.field("SalesTaxCodeRef").is_none()
        && let Some(code) = books.find(Space::TaxCodes, "Tax")
    {
        object.fields.push(Element::group("SalesTaxCodeRef", vec![Element::leaf("ListID", code.id.as_str())]));
    }
    if object.info.name == "ItemSalesTax" && object.field("TaxRate").is_none() {
        object.fields.push(Element::leaf("TaxRate", "0"));
    }
}

/// The preference's sales-tax item.
pub(crate) fn default_tax_item(books: &Books) -> Option<ListId> {
    books
        .setup
        .sales_tax
        .then(|| books.find(Space::Items, &books.setup.sales_tax_item).map(|item| item.id.clone()))
        .flatten()
}

/// The element as QuickBooks tells it, with the data extensions of the owners asked for.
pub(crate) fn ret(books: &Books, schema: &Schema, object: &ListObject, owners: &[&str]) -> Element {
    let mut fields = vec![
        Element::leaf("ListID", object.id.as_str()),
        Element::leaf("TimeCreated", books.time(object.created)),
        Element::leaf("TimeModified", books.time(object.modified)),
        Element::leaf("EditSequence", object.sequence.to_string()),
        Element::leaf("FullName", &object.full_name),
        Element::leaf("IsActive", object.active.to_string()),
        Element::leaf("Sublevel", object.full_name.matches(':').count().to_string()),
    ];
    fields.extend(references::tell(books, &object.fields).into_iter().filter(|field| field.name != "IsActive"));
    let balance = |fields: &mut Vec<Element>, own: Decimal, total: Decimal| {
        fields.push(Element::leaf("Balance", money(own)));
        fields.push(Element::leaf("TotalBalance", money(total)));
    };
    match object.info.name {
        "Account" => {
            let own = shown_balance(books, object);
            let total = family(books, object).map(|child| shown_balance(books, child)).sum();
            balance(&mut fields, own, total);
        }
        "Customer" => {
            let owed = |customer: &ListObject| books.receivables.get(&customer.id).copied().unwrap_or_default();
            let total = family(books, object).map(owed).sum();
            balance(&mut fields, owed(object), total);
        }
        "Vendor" => {
            let owed = books.payables.get(&object.id).copied().unwrap_or_default();
            fields.push(Element::leaf("Balance", money(owed)));
        }
        "InventorySite" => {
            let default = object.full_name == sites::DEFAULT_SITE;
            fields.push(Element::leaf("IsDefaultSite", default.to_string()));
        }
        "ItemInventory" | "ItemInventoryAssembly" => {
            let stock = books.stock.get(&object.id).copied().unwrap_or_default();
            let average = stock.average.or_else(|| object.decimal("PurchaseCost")).unwrap_or_default();
            fields.push(Element::leaf("QuantityOnHand", number(stock.quantity)));
            fields.push(Element::leaf("AverageCost", number(average)));
            let coming = purchase_orders::on_order(books, &object.id);
            fields.push(Element::leaf("QuantityOnOrder", number(coming)));
            let ordered = books.ordered.get(&object.id).copied().unwrap_or_default();
            fields.push(Element::leaf("QuantityOnSalesOrder", number(ordered)));
        }
        _ => {}
    }
    fields.extend(books.extensions.told(object.id.as_str(), None, owners));
    let name = format!("{}Ret", object.info.name);
    let children = schema.message(&name).map_or_else(Vec::new, |message| message.group.arrange(fields));
    Element::group(&name, children)
}

/// The element itself and all below it.
fn family<'a>(books: &'a Books, object: &'a ListObject) -> impl Iterator<Item = &'a ListObject> {
    let below = books.below(object).into_iter().filter_map(|id| books.lists.get(&id));
    std::iter::once(object).chain(below.filter(|other| other.info == object.info))
}

/// An account's balance with the sign that QuickBooks shows: liabilities, equity and income are positive in credit.
fn shown_balance(books: &Books, account: &ListObject) -> Decimal {
    let balance = books.balances.get(&account.id).copied().unwrap_or_default();
    match account.text("AccountType").unwrap_or_default() {
        "AccountsPayable"
        | "CreditCard"
        | "OtherCurrentLiability"
        | "LongTermLiability"
        | "Equity"
        | "Income"
        | "OtherIncome" => -balance,
        _ => balance,
    }
}
