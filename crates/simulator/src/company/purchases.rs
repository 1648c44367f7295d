//! What is bought: item receipts, bills and vendor credits (PRODUCT.md 5.1; PROTOCOL.md d).
//!
//! Each line debits stock or an account against Accounts Payable; a vendor credit goes the other way. What is bought
//! makes the item's average cost. Where it comes out of negative stock, the cost of what was sold before it came is
//! set right in the same transaction, as QuickBooks does.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::about::DAYS_BILLS_ARE_DUE;
use super::books::{Body, Books, Entry, Line, ListObject, Receipt, Txn, cents, money, number, reference_in, round};
use super::ids::ListId;
use super::ledger::check_entity;
use super::packed::Packed;
use super::purchase_orders;
use super::references::told;
use super::sales::due_date;
use super::sites;
use super::status::Status;
use super::stock::{Stock, StockMove};
use super::transactions::{Draft, DraftLine};
use super::xml::Element;

/// `ItemReceipt`: goods that came before their bill. They are owed from now on.
pub(crate) fn book_item_receipt(books: &Books, draft: &Draft) -> Result<Body, Status> {
    Purchase::book(books, draft, Decimal::ONE, "TotalAmount")
}

/// `Bill`.
pub(crate) fn book_bill(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let mut body = Purchase::book(books, draft, Decimal::ONE, "AmountDue")?;
    let mut computed = body.computed.open();
    computed.extend(due_date(books, draft, DAYS_BILLS_ARE_DUE));
    if draft.reference("TermsRef").is_none() {
        let vendor = draft.reference("VendorRef").and_then(|id| books.lists.get(&id));
        let terms = vendor.and_then(|vendor| vendor.reference("TermsRef"));
        computed.extend(terms.map(|terms| told(books, "TermsRef", &terms)));
    }
    body.computed = Packed::of(&computed);
    Ok(body)
}

/// `VendorCredit`: goods go back, less is owed.
pub(crate) fn book_vendor_credit(books: &Books, draft: &Draft) -> Result<Body, Status> {
    Purchase::book(books, draft, Decimal::NEGATIVE_ONE, "CreditAmount")
}

/// A purchase while it is computed, line by line.
struct Purchase<'a> {
    books: &'a Books,
    /// 1, or -1 for what goes back.
    sign: Decimal,
    vendor: ListId,
    body: Body,
    /// Stock of the items on the form as it is after the lines so far.
    stock: BTreeMap<ListId, Stock>,
}

impl<'a> Purchase<'a> {
    /// Books a form whose answer tells its total as `total_name`.
    fn book(books: &'a Books, draft: &Draft, sign: Decimal, total_name: &str) -> Result<Body, Status> {
        let missing = || Status::new(3150, "There is a missing element: \"VendorRef\".");
        let vendor = draft.reference("VendorRef").ok_or_else(missing)?;
        let payable = draft.reference("APAccountRef").or_else(|| books.special_account("AccountsPayable"));
        let payable = payable.ok_or_else(|| Status::new(3270, "Missing posting account."))?;
        let mut purchase = Self { books, sign, vendor, body: Body::default(), stock: BTreeMap::new() };
        for change in draft.previous.into_iter().flat_map(|txn| &txn.body.moves) {
            purchase.stock_of(&change.item).undo(change);
        }
        purchase
            .body
            .entries
            .push(Entry { entity: Some(purchase.vendor.clone()), ..Entry::new(payable.clone(), sign) });
        for line in &draft.lines {
            if line.kind.add == "ExpenseLineAdd" {
                purchase.expense(draft, line)?;
            } else {
                purchase.item(draft, line)?;
            }
        }
        let mut body = purchase.body;
        if body.total < Decimal::ZERO {
            return Err(Status::saving(draft.info.name, "Transaction amount must be positive."));
        }
        body.entries[0].amount = -sign * body.total;
        let mut computed = vec![Element::leaf(total_name, money(body.total))];
        if draft.reference("APAccountRef").is_none() {
            computed.push(told(books, "APAccountRef", &payable));
        }
        body.computed = Packed::of(&computed);
        Ok(body)
    }

    fn stock_of(&mut self, item: &ListId) -> &mut Stock {
        let present = self.books.stock.get(item).copied().unwrap_or_default();
        self.stock.entry(item.clone()).or_insert(present)
    }

    /// A posting of the line that comes next, to whom the line names, else to the vendor.
    fn entry(&self, fields: &[Element], account: ListId, amount: Decimal) -> Entry {
        Entry {
            class: reference_in(fields, "ClassRef"),
            entity: Some(reference_in(fields, "CustomerRef").unwrap_or_else(|| self.vendor.clone())),
            item: reference_in(fields, "ItemRef"),
            line: Some(self.body.lines.len()),
            ..Entry::new(account, amount)
        }
    }

    fn expense(&mut self, draft: &Draft, line: &DraftLine) -> Result<(), Status> {
        let amount = line.decimal("Amount").unwrap_or_default();
        let account = reference_in(&line.fields, "AccountRef");
        let account = account.ok_or_else(|| Status::new(3270, "Missing posting account."))?;
        let entry = self.entry(&line.fields, account, self.sign * amount);
        check_entity(self.books, &entry.account, entry.entity.as_ref(), draft.info.label)?;
        self.body.entries.push(entry);
        self.body.total += amount;
        self.body.lines.push(Line::of(line, &line.fields));
        Ok(())
    }

    fn item(&mut self, draft: &Draft, line: &DraftLine) -> Result<(), Status> {
        let filled = purchase_orders::fill_in(self.books, draft, line)?;
        let line = DraftLine { fields: filled, ..line.clone() };
        let item = reference_in(&line.fields, "ItemRef").and_then(|id| self.books.lists.get(&id));
        let Some(item) = item else {
            // A line without an item is a remark, if nothing is to be paid for it.
            if line.decimal("Amount").unwrap_or_default().is_zero() {
                self.body.lines.push(Line::of(&line, &line.fields));
                return Ok(());
            }
            return Err(Status::new(3270, "Missing posting account."));
        };
        let own = reference_in(&line.fields, "OverrideItemAccountRef").filter(|_| !item.info.is_stocked());
        let account = own.or_else(|| bought_to(item)).ok_or_else(|| Status::new(3270, "Missing posting account."))?;
        let mut fields = line.fields.clone();
        if fields.iter().all(|field| field.name != "Desc") {
            fields.extend(description(item).map(|text| Element::leaf("Desc", text)));
        }
        let amount = priced(item, &line, "Cost", &mut fields);
        let quantity = line.decimal("Quantity").unwrap_or(Decimal::ONE);
        self.body.entries.push(self.entry(&fields, account, self.sign * amount));
        self.body.total += amount;
        if item.info.is_stocked() {
            self.move_stock(item, &fields, self.sign * quantity, self.sign * amount);
        }
        if let Some((order, line)) = purchase_orders::link_in(&fields) {
            self.body.receipts.push(Receipt { order, line, quantity, amount });
        }
        self.body.lines.push(Line::of(&line, &fields));
        Ok(())
    }

    fn move_stock(&mut self, item: &ListObject, fields: &[Element], quantity: Decimal, amount: Decimal) {
        let site = sites::chosen(self.books, fields);
        let stock = self.stock_of(&item.id);
        let value = stock.value_after(quantity, amount) - stock.value;
        let cost = amount.checked_div(quantity).filter(|_| quantity > Decimal::ZERO).map(|cost| round(cost, 5));
        let change = StockMove { item: item.id.clone(), quantity, value, site, cost };
        stock.apply(&change);
        self.body.moves.push(change);
        let correction = value - amount;
        let accounts = (item.reference("COGSAccountRef"), item.reference("AssetAccountRef"));
        if let (Some(cost), Some(asset)) = accounts
            && !correction.is_zero()
        {
            let entries = [self.entry(fields, cost, -correction), self.entry(fields, asset, correction)];
            self.body.entries.extend(entries);
        }
    }
}

/// Cost × quantity, the cost by default the item's; a given amount makes the cost (PROTOCOL.md c.8). `each` is what the line
/// calls its cost.
pub(super) fn priced(item: &ListObject, line: &DraftLine, each: &'static str, fields: &mut Vec<Element>) -> Decimal {
    let quantity = line.decimal("Quantity");
    let mut put = |name: &str, text: String| {
        fields.retain(|field| field.name != name);
        fields.push(Element::leaf(name, text));
    };
    if let Some(amount) = line.decimal("Amount") {
        if let Some(cost) = quantity.and_then(|quantity| amount.checked_div(quantity)) {
            put(each, number(cost));
        }
        return amount;
    }
    let cost = line.decimal(each).unwrap_or_else(|| usual_cost(item));
    let amount = cents(cost * quantity.unwrap_or(Decimal::ONE));
    put(each, number(cost));
    put("Amount", money(amount));
    amount
}

/// A text among an item's purchase fields, wherever its type keeps them.
fn purchase_field<'a>(item: &'a ListObject, name: &str) -> Option<&'a str> {
    item.text(name).or_else(|| item.field("SalesAndPurchase")?.text_of(name))
}

/// What an item usually costs.
pub(crate) fn usual_cost(item: &ListObject) -> Decimal {
    let cost = purchase_field(item, "PurchaseCost").or_else(|| item.field("SalesOrPurchase")?.text_of("Price"));
    cost.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// An item's words on what is bought.
pub(crate) fn description(item: &ListObject) -> Option<String> {
    let text = purchase_field(item, "PurchaseDesc").or_else(|| item.field("SalesOrPurchase")?.text_of("Desc"));
    text.map(ToOwned::to_owned)
}

/// The account that buying an item posts to.
fn bought_to(item: &ListObject) -> Option<ListId> {
    if item.info.is_stocked() {
        return item.reference("AssetAccountRef");
    }
    let inside = |aggregate: &str, name: &str| reference_in(&item.field(aggregate)?.children, name);
    inside("SalesAndPurchase", "ExpenseAccountRef").or_else(|| inside("SalesOrPurchase", "AccountRef"))
}

/// The purchase orders that an item receipt brought something of.
pub(crate) fn tell_item_receipt(books: &Books, txn: &Txn) -> Vec<Element> {
    purchase_orders::linked_orders(books, txn)
}

/// Whether nothing is to be paid, and the purchase orders that the bill is for. Payments of bills are not simulated.
pub(crate) fn tell_bill(books: &Books, txn: &Txn) -> Vec<Element> {
    let mut fields = vec![Element::leaf("IsPaid", txn.body.total.is_zero().to_string())];
    fields.push(Element::leaf("OpenAmount", money(txn.body.total)));
    fields.extend(purchase_orders::linked_orders(books, txn));
    fields
}

/// What is left of a vendor credit: all of it, as payments of bills are not simulated.
pub(crate) fn tell_vendor_credit(_: &Books, txn: &Txn) -> Vec<Element> {
    vec![Element::leaf("OpenAmount", money(txn.body.total))]
}
