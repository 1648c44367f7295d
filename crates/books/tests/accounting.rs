//! `docs/accounting.md` is written by this test from what the mapping really does: run it with `UPDATE_DOCS=1` to write it
//! anew; without, it compares.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::fmt::Write;

use books::{
    Body, Entry, EntryKind, Mapping, Money, Removal,
    document::{
        AdjustedLine, DeliveryState, Document, Fact, Fate, Fee, Order, PurchaseChargeKind, PurchaseState,
        StockAdjustment, Terms,
    },
    mapping::{DayForm, Form, FreightIn, Mode, ReceiptForm},
};
use common::{
    buying::{self, Buying},
    story::*,
    trade::*,
    *,
};

const INTRODUCTION: &str = "\
# Accounting

What each event in the shop becomes in QuickBooks, with its debits and credits. The tables below are written by the test
`crates/books/tests/accounting.rs` from what the program does; they can't differ from it.

Unless told otherwise the example is one order: two widgets at 50.00, a discount of 10.00, delivery for 8.00, tax of 7.5 %
on both (6.75 and 0.60) and a tip of 5.00, together 110.35. Accounts are the defaults of the mapping.

Some rules hold everywhere:

- **Clearing accounts.** Money arrives at the clearing account of the gateway that took it, and goes back from there. What
  the gateway pays out to the bank is no sale.
- **Tax** is posted as the shop charged it, on a line for each authority; QuickBooks' own computation is set to 0 %. Tax
  that a marketplace pays to the authority itself is kept on an account of its own.
- **Cost of goods** is posted by QuickBooks itself, at its average cost, when an inventory item is sold or comes back.
  It is not in these tables, but for those of summary mode.
- **Dates** are days in the shop's time zone: a sale has the day of the order, a payment and a refund the day on which the
  money moved, an edit the day of the edit.
- **Once.** Each thing that happened is carried by one entry. Mapping the same order again adds nothing.
- **Held, not guessed.** Where figures contradict each other, or something is missing, the entry is held with its reason.
";

const CLOSING: &str = "\
## What is held, and what is nothing

- What belongs into a period that is closed in QuickBooks is held. The mapping can have it posted on the first open day
  instead (`closed_period = \"first_open_day\"`).
- Orders of a shop whose currency is not that of the company file are held, unless QuickBooks has several currencies on.
- A refund whose money is still on its way waits until the money has moved, or has not.
- Test orders, and orders that were cancelled before anything was paid or posted, are nothing.
- What was undone is not posted again by itself. If something happens to such an order later, it is held until somebody
  decides.
";

const SUMMARY: &str = "
With `inventory.mode = \"summary\"` the paid sales of a day become one entry for each location, and so does whatever
happens to them later, on the day on which it happens. The entries of the orders are kept here as parts of the day,
exactly as they would have been posted alone, so that everything behind a figure can be looked at. What is sold on account
stays an entry of its own: it belongs to its buyer.

- A day is posted when it is over in the shop's time zone and the shop was read after that.
- It is a journal entry with debits and credits by account and class, or a sales receipt with a line for each item
  (`summary = \"sales_receipt\"`): then money and the cost of goods stand on lines below, on items of ours, so that the
  form comes to 0.00 and each gateway's account is right. A day that no sales receipt can take (tax below zero, something
  owed to or by buyers) is a journal entry.
- Cost of goods is posted at the unit cost that the shop tells, of goods whose stock the shop counts. What comes back costs
  what it cost when it was sold. Where the shop tells no cost, none is posted, and the day says so.
- Something that happens later on a day that is posted changes its entry in place. Where QuickBooks does not let it be
  changed, the rest is an entry of its own; a closed period is held.
- A day is undone with all its parts, and comes back with them (`retry`).
- A change of mode is forward only: an order keeps the mode of the day on which it was placed (`[[modes]]`).

Two such orders, of widgets that cost 20.00 each.
";

/// What happens to a purchase, and how it is told.
type Purchase<'s> = (&'s str, &'s dyn Fn(&mut Buying));

struct Page(String);

/// What happens in a story, and how it is told.
type Step<'s> = (&'s str, &'s dyn Fn(&mut Story));

impl Page {
    fn chapter(&mut self, title: &str) {
        write!(self.0, "\n## {title}\n").unwrap();
    }

    fn event(&mut self, title: &str, text: &str, mut story: Story, steps: &[Step<'_>]) {
        write!(self.0, "\n### {title}\n\n{text}\n").unwrap();
        for (what, happens) in steps {
            happens(&mut story);
            let entries = story.posted();
            self.step(what, &entries);
            if story.waits && entries.is_empty() {
                self.0 += "\nNothing yet.\n";
            }
        }
    }

    fn bought(&mut self, title: &str, mut buying: Buying, steps: &[Purchase<'_>]) {
        write!(self.0, "\n### {title}\n").unwrap();
        for (what, happens) in steps {
            happens(&mut buying);
            let entries = buying.post();
            self.step(what, &entries);
        }
    }

    fn step(&mut self, what: &str, entries: &[Entry]) {
        if !what.is_empty() {
            write!(self.0, "\n*{what}*\n").unwrap();
        }
        for entry in entries {
            let day = entry.date.map(|date| date.strftime("%-d %B").to_string()).unwrap_or_default();
            write!(self.0, "\n**{}** {}, {day}", name(entry), entry.number).unwrap();
            let rows = rows(entry);
            if rows.is_empty() {
                writeln!(self.0, ": {}.", why_nothing(entry)).unwrap();
                continue;
            }
            self.0 += "\n\n| account | debit | credit |\n|---|---:|---:|\n";
            for (account, amount) in &rows {
                let (debit, credit) = if amount.is_negative() {
                    (String::new(), (-*amount).to_string())
                } else {
                    (amount.to_string(), String::new())
                };
                writeln!(self.0, "| {account} | {debit} | {credit} |").unwrap();
            }
        }
    }
}

/// Postings by account, in the order of the form; a journal entry has both sides of an account.
fn rows(entry: &Entry) -> Vec<(String, Money)> {
    let mut rows: Vec<(String, Money)> = Vec::new();
    let both = entry.kind == EntryKind::JournalEntry;
    for posting in entry.postings.iter() {
        let side = |amount: Money| !both || amount.is_negative() == posting.amount.is_negative();
        match rows.iter_mut().find(|row| row.0 == posting.account && side(row.1)) {
            Some(row) => row.1 += posting.amount,
            None => rows.push((posting.account.clone(), posting.amount)),
        }
    }
    rows.retain(|row| !row.1.is_zero());
    rows.sort_by_key(|row| row.1.is_negative());
    rows
}

fn name(entry: &Entry) -> &'static str {
    match (&entry.body, entry.kind) {
        (Body::Change { after, .. }, _) => match &**after {
            Body::SalesOrder(form) if form.is_manually_closed == Some(true) => "Sales order closed",
            Body::SalesOrder(_) => "Sales order changed",
            Body::Invoice(_) => "Invoice changed in place",
            Body::JournalEntry(_) => "Journal entry changed in place",
            Body::PurchaseOrder { closed: true, .. } => "Purchase order closed",
            Body::PurchaseOrder { .. } => "Purchase order changed",
            Body::ItemReceipt { .. } => "Item receipt changed in place",
            Body::Bill { .. } => "Bill changed in place",
            _ => "Sales receipt changed in place",
        },
        (Body::Deletion { .. }, _) => "Deleted:",
        (_, EntryKind::SalesOrder) => "Sales order",
        (_, EntryKind::SalesReceipt) => "Sales receipt",
        (_, EntryKind::Invoice) => "Invoice",
        (_, EntryKind::ReceivePayment) => "Payment received",
        (_, EntryKind::CreditMemo) => "Credit memo",
        (_, EntryKind::ARRefundCreditCard) => "Refund of the credit memo",
        (_, EntryKind::Check) => "Check for the credit memo",
        (_, EntryKind::InventoryAdjustment) => "Inventory adjustment",
        (_, EntryKind::JournalEntry) => "Journal entry",
        (_, EntryKind::Cost) => "Cost of goods",
        (_, EntryKind::PurchaseOrder) => "Purchase order",
        (_, EntryKind::ItemReceipt) => "Item receipt",
        (_, EntryKind::Bill) => "Bill",
        (_, EntryKind::VendorCredit) => "Vendor credit",
        (_, EntryKind::TransferInventory) => "Inventory transfer",
        (_, EntryKind::Application) => "Credit memo set against the invoice",
        (_, EntryKind::Void) => "Voided:",
        (_, kind) => panic!("{kind:?} has no name"),
    }
}

fn why_nothing(entry: &Entry) -> String {
    match entry.kind {
        EntryKind::InventoryAdjustment => {
            "QuickBooks debits Inventory Shrinkage and credits Inventory Asset with its average cost".to_owned()
        }
        EntryKind::Application => format!("{} of both are settled; no account moves", entry.total),
        EntryKind::SalesOrder | EntryKind::PurchaseOrder => {
            format!("{} are ordered; nothing is posted", entry.total)
        }
        _ => "nothing is posted".to_owned(),
    }
}

/// What an order becomes by how far it is paid and delivered.
fn matrix() -> String {
    let documents = Mapping::default().documents;
    let word = |paid: &str, form: Form| match (form, paid) {
        (Form::SalesReceipt, _) => "sales receipt",
        (Form::Invoice, "not paid") => "invoice",
        (Form::Invoice, _) => "invoice with its payments",
        (Form::SalesOrder, "not paid") => "sales order",
        (Form::SalesOrder, _) => "sales order with deposits",
        (Form::Wait, _) => "nothing yet",
    };
    let mut text = "\n| | not delivered | partly delivered | delivered |\n|---|---|---|---|\n".to_owned();
    for (paid, row) in
        [("not paid", documents.unpaid), ("partly paid", documents.partly_paid), ("paid", documents.paid)]
    {
        let cells = [row.undelivered, row.partly_delivered, row.delivered].map(|form| word(paid, form));
        writeln!(text, "| {paid} | {} |", cells.join(" | ")).unwrap();
    }
    text
}

fn paid() -> Order {
    worked_order_taxed_apart()
}

fn unpaid(delivery: DeliveryState) -> Order {
    Order { payments: Vec::new(), delivery_state: delivery, ..paid() }
}

/// The order as it is posted already.
fn posted(order: Order) -> Story {
    let mut story = Story::of(order);
    story.posted();
    story
}

fn one(line: books::document::OrderLine, gateway: &str, amount: &str) -> Order {
    let mut order = order();
    order.lines.push(line);
    order.payments.push(payment(gateway, amount));
    totalled(order)
}

fn back(deals: Vec<Deal>, fate: Option<Fate>, money: Vec<(&'static str, &str)>) -> Back {
    let money = money.into_iter().map(|(gateway, amount)| (gateway, common::money(amount))).collect();
    Back { deals, fates: fate.map(|fate| (0, 1, fate)).into_iter().collect(), money, ..Back::default() }
}

fn mug(price: &str) -> Deal {
    Deal::add(line(7, "MUG", "Mug", 1, price))
}

fn sales(page: &mut Page) {
    page.chapter("Sales");
    page.0 +=
        "\nThe form follows from how far the order is paid and delivered. Each cell can be changed in the mapping.\n";
    page.0 += &matrix();
    page.0 += "\nA sales receipt is made only of what is paid in full through one gateway. Editions of QuickBooks without sales\n\
        orders wait while nothing is paid, and make an invoice where a part is.\n";
    page.event("Paid in full", "The buyer pays 110.35 by card.", Story::of(paid()), &[("", &|_| ())]);
    let mut terms = unpaid(DeliveryState::Fulfilled);
    terms.terms = Some(Terms { name: "Net 30".into(), days: Some(30), due: None });
    page.event(
        "Billed on terms, paid later",
        "The invoice carries the terms, the due date and the buyer's own order number. The buyer owes until the payment.",
        Story::of(terms),
        &[
            ("The order is delivered, and nothing is paid.", &|_| ()),
            ("The buyer pays by card twelve days later.", &|story| {
                story.days(12).pay("shopify_payments", "110.35");
            }),
        ],
    );
    let mut split = paid();
    split.payments = vec![payment("paypal", "60.00"), payment("shopify_payments", "50.35")];
    page.event(
        "Paid through several gateways",
        "An invoice, and a payment for each transaction, so that each gateway's account is right.",
        Story::of(split),
        &[("", &|_| ())],
    );
    let mut world = World::new();
    world.file.sales_orders = true;
    page.event(
        "A deposit before delivery",
        "What is paid before the goods are sold is owed to the buyer. The invoice uses it.",
        Story::within(world, unpaid(DeliveryState::Unfulfilled)),
        &[
            ("The buyer pays 60.00 of an order that is not delivered.", &|story| {
                story.pay("shopify_payments", "60");
            }),
            ("It is delivered.", &|story| {
                story.days(5).deliver(DeliveryState::Fulfilled);
            }),
            ("The buyer pays the rest through PayPal.", &|story| {
                story.days(5).pay("paypal", "50.35");
            }),
        ],
    );
    let mut dues = paid();
    dues.lines[0].duties = money("3.20");
    dues.lines[0].taxes[0].channel_liable = true;
    dues.fees.push(Fee { title: "Import fee".into(), amount: money("1.10"), taxes: Vec::new() });
    dues.payments[0].amount = money("114.65");
    page.event(
        "Duties, fees, and tax that a marketplace pays",
        "The tax on the goods is the marketplace's to pay; that on the delivery is the shop's.",
        Story::of(totalled(dues)),
        &[("", &|_| ())],
    );
    let mut rounded = one(line(1, "MUG", "Mug", 1, "9.99"), "cash", "10.00");
    rounded.payments[0].rounding = money("0.01");
    rounded.totals.cash_rounding = money("0.01");
    page.event("Cash that is rounded", "9.99 are paid with 10.00.", Story::of(totalled(rounded)), &[("", &|_| ())]);
}

fn cards(page: &mut Page) {
    page.chapter("Gift cards and store credit");
    let mut card = line(9, "", "Gift card", 1, "100.00");
    card.item.gift_card = true;
    page.event(
        "A gift card is sold",
        "It is owed to its holder; it is no income, and is not taxed.",
        Story::of(one(card, "shopify_payments", "100.00")),
        &[("", &|_| ())],
    );
    let mut split = paid();
    split.payments = vec![payment("gift_card", "60.00"), payment("shopify_payments", "50.35")];
    page.event(
        "A gift card pays a part",
        "It stands on the form as a line below zero, and lowers what is owed to holders. Store credit does the same on its \
         own account.",
        Story::of(split),
        &[("", &|_| ())],
    );
    page.event(
        "A gift card pays an invoice later",
        "A credit memo that is set against the invoice.",
        posted(unpaid(DeliveryState::Fulfilled)),
        &[("", &|story| {
            story.pay("gift_card", "60");
        })],
    );
}

fn refunds(page: &mut Page) {
    page.chapter("Refunds");
    page.0 += "\nA refund is a credit memo of what came back, and the money out: for cards and the like a refund of the credit\n\
        memo, for cash a check. One widget comes back: 50.00 less its 5.00 of the discount, with 3.38 of tax.\n";
    let unit = |fate| back(vec![Deal::Remove(0, 1)], Some(fate), vec![("shopify_payments", "48.38")]);
    for (title, text, fate) in [
        ("Back into stock", "QuickBooks takes stock and cost back by itself.", Fate::Restocked),
        (
            "Not back into stock",
            "An item without stock stands for the goods, so that no cost moves.",
            Fate::NotRestocked,
        ),
        ("Damaged", "The goods go back into stock, and out of it again at a loss.", Fate::Damaged),
    ] {
        page.event(
            title,
            text,
            posted(paid()),
            &[("", &|story| {
                story.refund(unit(fate));
            })],
        );
    }
    let only = |deals: fn() -> Vec<Deal>, money: &'static str| {
        move |story: &mut Story| {
            story.refund(back(deals(), None, vec![("shopify_payments", money)]));
        }
    };
    let delivery = only(|| vec![Deal::Shipping(money("8"))], "8.60");
    page.event("The delivery only", "With its tax.", posted(paid()), &[("", &delivery)]);
    let goodwill = only(|| vec![Deal::Adjust(money("15"))], "15");
    page.event("An amount only", "Goodwill: no goods, no tax.", posted(paid()), &[("", &goodwill)]);
    page.event(
        "To a gift card",
        "Nothing is paid out; the holder is owed instead. Store credit does the same on its own account.",
        posted(paid()),
        &[("", &|story| {
            story.refund(back(vec![Deal::Remove(0, 1)], Some(Fate::Restocked), vec![("gift_card", "48.38")]));
        })],
    );
    let two = one(line(1, "MUG", "Mug", 2, "5.02"), "cash", "10.04");
    page.event(
        "In cash, rounded",
        "5.02 are given back as 5.00.",
        posted(two),
        &[("", &|story| {
            let cash = back(vec![Deal::Remove(0, 1)], Some(Fate::Restocked), vec![("cash", "5.02")]);
            story.refund(Back { rounding: money("-0.02"), ..cash });
        })],
    );
    page.event(
        "On an order that is still owed",
        "No money moves: what the buyer owes becomes less.",
        posted(unpaid(DeliveryState::Fulfilled)),
        &[("", &|story| {
            story.take_back(vec![Deal::Remove(0, 1)]);
        })],
    );
    page.event(
        "A fee is kept back",
        "The credit is lower by the fee. The money goes when the goods are here.",
        posted(paid()),
        &[
            ("The return is agreed, with a restocking fee of 5.00.", &|story| {
                story.take_back(vec![Deal::Remove(0, 1), Deal::Keep("Restocking fee", money("5"))]);
            }),
            ("The rest is given back.", &|story| {
                story.days(4).refund(back(Vec::new(), Some(Fate::Restocked), vec![("shopify_payments", "43.38")]));
            }),
        ],
    );
    page.event(
        "An exchange",
        "What goes out is an invoice, what comes in a credit memo, one set against the other. Only the difference touches \
         the clearing account.",
        posted(paid()),
        &[
            ("A widget goes back for a lamp at 60.00.", &|story| {
                story.take_back(vec![Deal::Remove(0, 1), Deal::add(line(7, "LAMP", "Lamp", 1, "60"))]);
            }),
            ("The buyer pays the difference.", &|story| {
                story.pay("shopify_payments", "11.62");
            }),
        ],
    );
}

fn changes(page: &mut Page) {
    page.chapter("Edits");
    page.0 += "\nWhile its period is open and nothing is linked to it, a form is changed in place, and what it was before is\n\
        shown beside what it is now. Otherwise the edit is an entry of its own, on its own day. The mapping can have every\n\
        edit as an entry of its own (`edits = \"adjust\"`).\n";
    page.event(
        "An open invoice is edited",
        "A mug for 12.00 is added. The table shows the change.",
        posted(unpaid(DeliveryState::Fulfilled)),
        &[("", &|story| {
            story.edit(vec![mug("12")]);
        })],
    );
    page.event(
        "A paid order is edited, and the same gateway takes the difference",
        "The sales receipt is changed in place.",
        posted(paid()),
        &[("", &|story| {
            story.edit(vec![mug("12")]).pay("shopify_payments", "12");
        })],
    );
    page.event(
        "A paid order is edited, and the difference is owed",
        "An invoice of its own; its payment follows.",
        posted(paid()),
        &[("", &|story| {
            story.days(3).edit(vec![mug("12")]);
        })],
    );
    page.event(
        "Something is taken off an order that is paid",
        "The buyer is owed the amount until it is refunded.",
        posted(paid()),
        &[("", &|story| {
            story.days(3).edit(vec![Deal::Remove(0, 1)]);
        })],
    );
    page.event(
        "A discount is given after payment",
        "With the tax that falls by it.",
        posted(paid()),
        &[("", &|story| {
            story.days(3).edit(vec![Deal::Discount(0, money("20"))]);
        })],
    );
    page.chapter("Cancelled orders");
    page.event(
        "Before anything was paid",
        "The invoice is voided: its amounts become zero. A sales order is closed.",
        posted(unpaid(DeliveryState::Fulfilled)),
        &[("", &|story| {
            story.cancel();
        })],
    );
    page.event(
        "After it was paid",
        "The sale stays, and everything is refunded.",
        posted(paid()),
        &[("", &|story| {
            story.days(2).cancel();
        })],
    );
}

fn undo(page: &mut Page) {
    page.chapter("Undo");
    page.0 += "\nAn entry, a batch, or everything since a date is taken out again, the last posted first: voided where QuickBooks\n\
        can void, else deleted; or deleted altogether, as you choose. Lists that were made for it and that nothing else uses\n\
        are deleted after it. The trial balance is then what it was before.\n";
    let mut story = posted(unpaid(DeliveryState::Fulfilled));
    story.pay("paypal", "110.35").posted();
    page.step("An invoice and its payment are undone.", &books::undo(&story.entries(), Removal::Void, |_| false));
}

fn days(page: &mut Page) {
    page.chapter("Summary mode");
    page.0 += SUMMARY;
    let mut order = paid();
    order.lines[0].item.unit_cost = Some(money("20.00"));
    let mut trade = Trade::of(&summary(DayForm::JournalEntry), &[order.clone(), order.clone()]);
    let mut cash = order.clone();
    "cash".clone_into(&mut cash.payments[0].gateway);
    page.0 += "\n### A day's sales\n";
    let entries = trade.carry_over(jiff::civil::date(2026, 11, 20));
    page.step("", &entries);
    page.0 += "\nIts parts, for one of the orders:\n";
    let parts: Vec<Entry> = trade.stories[0].past.iter().map(|past| past.entry.clone()).collect();
    page.step("", &parts);
    page.0 +=
        "\n### The next day\n\nOne widget of the first order comes back into stock, one of the second is damaged.\n";
    for (place, fate) in [Fate::Restocked, Fate::Damaged].into_iter().enumerate() {
        trade.stories[place].days(1);
        trade.stories[place].refund(back(vec![Deal::Remove(0, 1)], Some(fate), vec![("shopify_payments", "48.38")]));
    }
    let entries = trade.carry_over(jiff::civil::date(2026, 11, 21));
    page.step("", &entries);
    page.0 += "\n### A late order\n\nAn order of the first day comes in afterwards, paid in cash. The table shows the change.\n";
    let orders = [order.clone(), order, cash];
    trade.stories.extend(Trade::of(&summary(DayForm::JournalEntry), &orders).stories.pop());
    trade.open.push(Vec::new());
    let entries = trade.carry_over(jiff::civil::date(2026, 11, 21));
    page.step("", &entries);
}

const PURCHASES: &str = "
The example is an order of ten mugs at 4.00 and two lamps at 25.00 from Pine & Sons. These rules hold for all purchases:

- **Ordered** is no purchase yet: a purchase order posts nothing (`purchases.orders = false` leaves it out). It follows what
  changes in the shop, and is closed when nothing more is expected.
- **Received** is bought: each receipt becomes an item receipt, for which the bill is entered in QuickBooks when it comes, or
  a bill (`purchases.receipt`). It is tied to the purchase order's lines. What was rejected is not bought.
- **Cost** is the order's unit cost, and the tax on it: a sales tax that was paid is not got back. What comes in parts is
  worth, to the cent, what it is worth as a whole.
- **Freight, duty** and what the supplier adds or takes off stand on the first receipt as a whole; freight and duty can be
  put into the cost of its goods instead (`purchases.freight = \"item_cost\"`), in proportion to what they cost.
- **Later**: a price or a greater quantity changes the receipt in place while its period is open and QuickBooks allows it
  (`documents.edits`); else a bill or a vendor credit carries the difference. Goods that are not kept after all are always a
  vendor credit, and charges that change always have an entry of their own. Both are dated when the shop changed.
- **Another currency** is converted at the order's own rate, each line to the cent; without a rate the order is held.
- **Goods of which QuickBooks keeps no stock** are cost of goods sold when they come. In summary mode no item is named, and
  all goods go to the inventory's account.
- **Suppliers** are vendors by name; in summary mode, or where none is told, the generic vendor.
- **What came before the beginning** is in the company file already and is not carried over.
- Goods that came go into QuickBooks before the sales of their day. What QuickBooks corrects by itself when it learns what
  goods cost, from stock to the cost of goods, is not in these tables.
";

const STOCK: &str = "
Stock that was counted, damaged, lost or found becomes an inventory adjustment on the account of its reason
(`accounts.adjustments`), else on Inventory Shrinkage. In summary mode it is a journal entry at the shop's unit cost. Stock
that goes from one location to another is an inventory transfer where QuickBooks keeps stock by site, and nothing elsewhere.
";

fn purchases(page: &mut Page) {
    page.chapter("Purchases");
    page.0 += PURCHASES;
    let received = || {
        let mut buying = Buying::new(buying::ordered());
        buying.receive(&[(1, 10), (2, 2)]);
        buying
    };
    let charged = || {
        let mut buying = received();
        buying.order.charges = vec![
            buying::charge(1, PurchaseChargeKind::Freight, "Freight", "12.00"),
            buying::charge(2, PurchaseChargeKind::Adjustment, "Rebate", "-5.00"),
        ];
        buying
    };
    let posted = |mut buying: Buying| {
        buying.post();
        buying
    };
    page.bought(
        "Ordered, and received in parts",
        Buying::new(buying::ordered()),
        &[
            ("The order is sent.", &|_| {}),
            ("Six mugs come three days later.", &|buying| {
                buying.days(3).receive(&[(1, 6)]);
            }),
            ("The rest comes, and the order is closed.", &|buying| {
                buying.days(2).receive(&[(1, 4), (2, 2)]);
                buying.order.state = PurchaseState::Closed;
            }),
        ],
    );
    page.bought("Freight, and a rebate", charged(), &[("", &|_| {})]);
    let mut in_cost = charged();
    in_cost.world.mapping.purchases.freight = FreightIn::ItemCost;
    in_cost.world.mapping.purchases.receipt = ReceiptForm::Bill;
    page.bought("Freight in the cost of the goods, and the bill at once", in_cost, &[("", &|_| {})]);
    page.bought(
        "The price changes after the goods came",
        posted(received()),
        &[
            ("The mugs cost 4.50 each.", &|buying| buying.days(2).order.lines[0].unit_cost = Some(money("4.50"))),
            ("The period is closed, and they cost 5.00.", &|buying| {
                buying.world.file.closing_date = Some("2026-11-22".parse().unwrap());
                buying.days(2).order.lines[0].unit_cost = Some(money("5.00"));
            }),
        ],
    );
    page.bought(
        "Goods are not kept",
        posted(received()),
        &[("Three mugs go back.", &|buying| {
            buying.days(4).order.receipts[0].lines[0].accepted = 7;
        })],
    );
    let mut sums = received();
    sums.world.mapping.inventory.mode = Mode::Summary;
    sums.world.mapping.vendors.mode = Mode::Summary;
    page.bought("In summary mode", sums, &[("", &|_| {})]);
    stock(page);
}

fn stock(page: &mut Page) {
    page.chapter("Stock");
    page.0 += STOCK;
    let line =
        AdjustedLine { item: Some(id("InventoryItem", 1)), variant: None, sku: None, title: "Mug".into(), change: -3 };
    let adjustment = StockAdjustment {
        number: "SA-7".into(),
        at: Some(buying::ORDERED.parse().unwrap()),
        location: None,
        reason: "Damaged".into(),
        lines: vec![line],
    };
    let document = Document {
        id: id("StockAdjustment", 7),
        updated_at: buying::ORDERED.parse().unwrap(),
        fact: Fact::StockAdjustment(adjustment),
    };
    let mut buying = Buying::new(buying::ordered());
    for (mode, what) in [(Mode::Detailed, "Three mugs are broken."), (Mode::Summary, "The same in summary mode.")] {
        buying.world.mapping.inventory.mode = mode;
        let mapped = books::map(&document, &[], &buying.world.context());
        let entries: Vec<Entry> = mapped.entries.into_iter().filter(|entry| !entry.kind.is_list()).collect();
        page.step(what, &entries);
    }
}

#[test]
fn the_page_on_accounting_says_what_the_mapping_does() {
    let mut page = Page(INTRODUCTION.to_owned());
    sales(&mut page);
    cards(&mut page);
    refunds(&mut page);
    changes(&mut page);
    purchases(&mut page);
    undo(&mut page);
    days(&mut page);
    page.0 += "\n";
    page.0 += CLOSING;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/accounting.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page.0).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(page.0.lines()).find(|(written, now)| written != now);
    assert!(written == page.0, "docs/accounting.md is not up to date (UPDATE_DOCS=1 writes it): {differs:?}");
}
