//! A sales form while it is computed, line by line: what the lines come to, and what they do to accounts and stock
//! (PRODUCT.md 5.1, 5.2; PROTOCOL.md d).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::books::{Body, Books, Entry, Line, ListObject, cents, money, number, reference_in, round};
use super::ids::ListId;
use super::kinds::Space;
use super::lists::default_tax_item;
use super::packed::Packed;
use super::references::told;
use super::sites;
use super::status::Status;
use super::stock::{Stock, StockMove};
use super::transactions::{Draft, DraftLine, without_effects};
use super::xml::Element;

/// Which way a form goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Goods go out, the customer owes.
    Sale,
    /// Goods come back, the customer is owed.
    Return,
    /// Nothing happens yet.
    Order,
}

/// A sales form while it is computed, line by line.
pub(crate) struct Form<'a> {
    books: &'a Books,
    direction: Direction,
    lines: Vec<Line>,
    /// Credits of the lines: the form's total is what balances them.
    entries: Vec<Entry>,
    moves: Vec<StockMove>,
    /// Stock of the items on the form as it is after the lines so far.
    stock: BTreeMap<ListId, Stock>,
    /// What the form moved before this change: what is moved again keeps its cost.
    costed: Vec<StockMove>,
    pub computed: Vec<Element>,
    /// Sum of all lines, subtotals excepted.
    sum: Decimal,
    /// What is taxable among them.
    taxable: Decimal,
    /// Sum since the last subtotal.
    section: Decimal,
    /// The last line's amount, which percentages are taken of; a subtotal's is its sum.
    last: Decimal,
    after_subtotal: bool,
    customer: Option<ListId>,
    class: Option<ListId>,
}

impl<'a> Form<'a> {
    pub fn compute(books: &'a Books, draft: &Draft, direction: Direction) -> Result<Self, Status> {
        let mut stock = BTreeMap::new();
        let costed = draft.previous.map_or_else(Vec::new, |txn| txn.body.moves.clone());
        for change in &costed {
            let present = books.stock.get(&change.item).copied().unwrap_or_default();
            stock.entry(change.item.clone()).or_insert(present).undo(change);
        }
        let mut form = Form {
            books,
            direction,
            lines: Vec::new(),
            entries: Vec::new(),
            moves: Vec::new(),
            stock,
            costed,
            computed: Vec::new(),
            sum: Decimal::ZERO,
            taxable: Decimal::ZERO,
            section: Decimal::ZERO,
            last: Decimal::ZERO,
            after_subtotal: false,
            customer: draft.reference("CustomerRef"),
            class: draft.reference("ClassRef"),
        };
        if draft.reference("ItemSalesTaxRef").is_some() && !books.setup.sales_tax {
            return Err(Status::feature_off("ItemSalesTaxRef"));
        }
        for line in &draft.lines {
            form.line(draft, line)?;
        }
        form.footer_tax(draft);
        if form.total() < Decimal::ZERO {
            return Err(Status::saving(draft.info.name, "Transaction amount must be positive."));
        }
        Ok(form)
    }

    pub fn total(&self) -> Decimal {
        -self.entries.iter().map(|entry| entry.amount).sum::<Decimal>()
    }

    /// Closes the form: the total against `account`, then cost of goods sold against stock.
    pub fn into_body(mut self, draft: &Draft, account: Option<ListId>) -> Result<Body, Status> {
        let total = self.total();
        let account = account.ok_or_else(|| Status::new(3270, "Missing posting account."))?;
        let main = Entry { class: self.class.clone(), entity: self.customer.clone(), ..Entry::new(account, total) };
        self.entries.insert(0, main);
        if self.direction == Direction::Return {
            for entry in &mut self.entries {
                entry.amount = -entry.amount;
            }
        }
        for change in &self.moves {
            let Some(item) = self.books.lists.get(&change.item) else { continue };
            let accounts = (item.reference("COGSAccountRef"), item.reference("AssetAccountRef"));
            let (Some(cost), Some(asset)) = accounts else { continue };
            let entry = |account, amount| Entry {
                class: self.class.clone(),
                entity: self.customer.clone(),
                item: Some(change.item.clone()),
                ..Entry::new(account, amount)
            };
            self.entries.push(entry(cost, -change.value));
            self.entries.push(entry(asset, change.value));
        }
        let body = Body {
            total,
            computed: Packed::of(&self.computed),
            lines: self.lines,
            entries: self.entries,
            moves: self.moves,
            // A credit memo goes on giving what it gave.
            applications: draft.previous.map_or_else(Vec::new, |txn| txn.body.applications.clone()),
            ..Body::default()
        };
        let idle = draft.flag("IsPending") || self.direction == Direction::Order;
        Ok(if idle { without_effects(body) } else { body })
    }

    fn line(&mut self, draft: &Draft, line: &DraftLine) -> Result<(), Status> {
        let Some(item) = reference_in(&line.fields, "ItemRef").and_then(|id| self.books.lists.get(&id)) else {
            if line.decimal("Amount").is_some_and(|amount| amount != Decimal::ZERO) {
                return Err(Status::new(3150, "There is a missing element: \"ItemRef\"."));
            }
            self.lines.push(Line::of(line, &line.fields));
            return Ok(());
        };
        let mut fields = line.fields.clone();
        let kind = item.info.name;
        if kind == "ItemSalesTax" && (line.decimal("Quantity").is_some() || line.decimal("Rate").is_some()) {
            return Err(Status::new(3151, "A sales tax line may have no Quantity and no Rate."));
        }
        let amount = self.amount(item, line, &mut fields);
        set(&mut fields, "Amount", money(amount));
        if line.text("Desc").is_none()
            && let Some(description) = description(item)
        {
            set(&mut fields, "Desc", description);
        }
        let class = reference_in(&fields, "ClassRef").or_else(|| self.class.clone());
        if kind == "ItemSubtotal" {
            self.section = Decimal::ZERO;
            self.last = amount;
            self.after_subtotal = true;
            self.lines.push(Line::of(line, &fields));
            return Ok(());
        }
        if self.books.setup.sales_tax && !matches!(kind, "ItemSalesTax" | "ItemPayment") {
            let code = reference_in(&fields, "SalesTaxCodeRef")
                .or_else(|| item.reference("SalesTaxCodeRef"))
                .or_else(|| self.books.find(Space::TaxCodes, "Tax").map(|code| code.id.clone()));
            if let Some(code) = code {
                if self.is_taxable(&code) {
                    self.taxable += amount;
                }
                fields.retain(|field| field.name != "SalesTaxCodeRef");
                fields.push(Element::group("SalesTaxCodeRef", vec![Element::leaf("ListID", code.as_str())]));
            }
        }
        let account = reference_in(&fields, "OverrideItemAccountRef").or_else(|| posting_account(self.books, item));
        let account = account.ok_or_else(|| {
            Status::new(3270, format!("Missing posting account for the item \"{}\".", item.full_name))
        })?;
        if amount != Decimal::ZERO {
            self.entries.push(Entry {
                class,
                entity: self.customer.clone(),
                item: Some(item.id.clone()),
                line: Some(self.lines.len()),
                ..Entry::new(account, -amount)
            });
        }
        if item.info.is_stocked() {
            self.move_stock(item, draft, line);
        }
        self.sum += amount;
        if kind != "ItemSalesTax" {
            self.section += amount;
            self.last = amount;
            self.after_subtotal = false;
        }
        self.lines.push(Line::of(line, &fields));
        Ok(())
    }

    /// What a line comes to, by the type of its item.
    fn amount(&self, item: &ListObject, line: &DraftLine, fields: &mut Vec<Element>) -> Decimal {
        let given = line.decimal("Amount");
        match item.info.name {
            "ItemSubtotal" => self.section,
            "ItemDiscount" => {
                let percent = line.decimal("RatePercent").or_else(|| {
                    if line.decimal("Rate").is_some() { None } else { item.decimal("DiscountRatePercent") }
                });
                let amount = given
                    .or_else(|| percent.map(|percent| cents(self.last * percent / Decimal::ONE_HUNDRED)))
                    .or_else(|| line.decimal("Rate"))
                    .or_else(|| item.decimal("DiscountRate"))
                    .unwrap_or_default();
                // A discount lowers what it follows, whatever sign it is given with.
                if self.last < Decimal::ZERO && given.is_none() { amount.abs() } else { -cents(amount).abs() }
            }
            "ItemPayment" => -given.or_else(|| line.decimal("Rate")).unwrap_or_default().abs(),
            "ItemSalesTax" => {
                let rate = item.decimal("TaxRate").unwrap_or_default();
                let computed =
                    if self.after_subtotal { cents(self.last * rate / Decimal::ONE_HUNDRED) } else { Decimal::ZERO };
                let amount = given.unwrap_or(computed);
                // QuickBooks turns the sign of a tax line by the lines before it (PROTOCOL.md d).
                if self.sum < Decimal::ZERO { -amount.abs() } else { amount }
            }
            _ => self.priced(item, line, fields),
        }
    }

    /// Rate × Quantity when no amount is given; the rate from the amount when one is (PROTOCOL.md c.8).
    fn priced(&self, item: &ListObject, line: &DraftLine, fields: &mut Vec<Element>) -> Decimal {
        let quantity = line.decimal("Quantity");
        if let Some(amount) = line.decimal("Amount") {
            if let Some(rate) = quantity.and_then(|quantity| amount.checked_div(quantity)) {
                set(fields, "Rate", number(rate));
            }
            return amount;
        }
        let percent = line.decimal("RatePercent").or_else(|| sales_field(item, "PricePercent"));
        let rate = line.decimal("Rate").or_else(|| match percent {
            Some(percent) => Some(cents(self.last * percent / Decimal::ONE_HUNDRED)),
            None => sales_field(item, "SalesPrice").or_else(|| sales_field(item, "Price")),
        });
        let Some(rate) = rate else { return Decimal::ZERO };
        if line.decimal("RatePercent").is_none() {
            set(fields, "Rate", number(rate));
        }
        cents(round(rate, 5) * quantity.unwrap_or(Decimal::ONE))
    }

    fn move_stock(&mut self, item: &ListObject, draft: &Draft, line: &DraftLine) {
        let quantity = line.decimal("Quantity").unwrap_or(Decimal::ONE);
        if quantity == Decimal::ZERO || draft.flag("IsPending") || self.direction == Direction::Order {
            return;
        }
        let present = self.books.stock.get(&item.id).copied().unwrap_or_default();
        let stock = self.stock.entry(item.id.clone()).or_insert(present);
        let fallback = item.decimal("PurchaseCost").unwrap_or_default();
        let returned = self.direction == Direction::Return;
        let moved = if returned { quantity } else { -quantity };
        let same = self.costed.iter().position(|change| change.item == item.id && change.quantity == moved);
        let value = match same {
            Some(at) => self.costed.swap_remove(at).value,
            None if returned => stock.value_of(quantity, fallback),
            None => -stock.cost_of(quantity, fallback),
        };
        let site = sites::chosen(self.books, &line.fields);
        let change = StockMove { site, ..StockMove::new(item.id.clone(), moved, value) };
        stock.apply(&change);
        self.moves.push(change);
    }

    fn is_taxable(&self, code: &ListId) -> bool {
        self.books.lists.get(code).is_some_and(|code| matches!(code.text("IsTaxable"), Some("true" | "1")))
    }

    /// The tax that QuickBooks itself computes, by the form's tax item.
    fn footer_tax(&mut self, draft: &Draft) {
        self.computed.push(Element::leaf("Subtotal", money(self.sum)));
        let customer = self.customer.as_ref().and_then(|id| self.books.lists.get(id));
        let item = draft
            .reference("ItemSalesTaxRef")
            .or_else(|| customer.and_then(|customer| customer.reference("ItemSalesTaxRef")))
            .or_else(|| default_tax_item(self.books));
        let Some(item) = item.and_then(|id| self.books.lists.get(&id)) else { return };
        let code = draft
            .reference("CustomerSalesTaxCodeRef")
            .or_else(|| customer.and_then(|customer| customer.reference("SalesTaxCodeRef")));
        let exempt = code.is_some_and(|code| !self.is_taxable(&code));
        let rate = item.decimal("TaxRate").unwrap_or_default();
        let tax = if exempt { Decimal::ZERO } else { cents(self.taxable * rate / Decimal::ONE_HUNDRED) };
        if draft.reference("ItemSalesTaxRef").is_none() {
            self.computed.push(told(self.books, "ItemSalesTaxRef", &item.id));
        }
        self.computed.push(Element::leaf("SalesTaxPercentage", number(rate)));
        self.computed.push(Element::leaf("SalesTaxTotal", money(tax)));
        if tax != Decimal::ZERO
            && let Some(account) = self.books.special_account("SalesTaxPayable")
        {
            self.entries.push(Entry {
                class: self.class.clone(),
                entity: self.customer.clone(),
                item: Some(item.id.clone()),
                ..Entry::new(account, -tax)
            });
        }
    }
}

fn set(fields: &mut Vec<Element>, name: &str, text: impl Into<String>) {
    fields.retain(|field| field.name != name);
    fields.push(Element::leaf(name, text));
}

/// A price among an item's sales fields, wherever its type keeps them.
fn sales_field(item: &ListObject, name: &str) -> Option<Decimal> {
    let inside = |aggregate: &str| item.field(aggregate)?.text_of(name)?.parse().ok();
    item.decimal(name).or_else(|| inside("SalesOrPurchase")).or_else(|| inside("SalesAndPurchase"))
}

fn description(item: &ListObject) -> Option<String> {
    let inside = |aggregate: &str, name: &str| {
        item.field(aggregate).and_then(|group| group.text_of(name)).map(ToOwned::to_owned)
    };
    item.text("SalesDesc")
        .or_else(|| item.text("ItemDesc"))
        .map(ToOwned::to_owned)
        .or_else(|| inside("SalesOrPurchase", "Desc"))
        .or_else(|| inside("SalesAndPurchase", "SalesDesc"))
}

/// The account that selling an item posts to.
fn posting_account(books: &Books, item: &ListObject) -> Option<ListId> {
    match item.info.name {
        "ItemSalesTax" => books.special_account("SalesTaxPayable"),
        "ItemPayment" => item.reference("DepositToAccountRef").or_else(|| books.special_account("UndepositedFunds")),
        "ItemInventory" | "ItemInventoryAssembly" => item.reference("IncomeAccountRef"),
        "ItemDiscount" => item.reference("AccountRef"),
        _ => {
            let inside = |aggregate: &str, name: &str| reference_in(&item.field(aggregate)?.children, name);
            inside("SalesOrPurchase", "AccountRef").or_else(|| inside("SalesAndPurchase", "IncomeAccountRef"))
        }
    }
}
