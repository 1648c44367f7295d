//! Choices of accounts: what is proposed, what a location may have of its own, what is new, made, or has no room.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::collections::BTreeMap;

use books::{
    Body, Category, EntryKind, FullList, HeldReason, Mapping, Met, NameSpace,
    mapping::{Mode, NewAccount, NewProductType, Purpose},
    proposals::{Because, Choice, propose},
};
use common::{World, chart::chart, id, order, payment, postings, shipping, tax};
use qbxml::AccountType;

fn category(key: &str) -> Category {
    Category::from_key(key).unwrap()
}

fn proposed(key: &str, chart: &[Choice]) -> Option<String> {
    propose(&category(key), &Mapping::default(), chart).best.map(|best| best.full_name)
}

#[test]
fn a_real_kind_of_chart_is_proposed_right_for_the_obvious_categories() {
    let chart = chart();
    assert!(chart.len() >= 200, "{}", chart.len());
    for (key, account) in [
        ("sales", "Sales"),
        ("discounts", "Sales Discounts Given"),
        ("shipping", "Delivery Income"),
        ("tips", "Tips Payable"),
        ("gift_cards", "Gift Card Liability"),
        ("store_credit", "Merchandise Credits"),
        ("cogs", "Cost of Goods Sold"),
        ("inventory_asset", "Inventory"),
        ("accounts_receivable", "Accounts Receivable"),
        ("accounts_payable", "Accounts Payable"),
        ("sales_tax", "Sales Tax Payable"),
        ("cash_rounding", "Cash Over/Short"),
        ("returns", "Sales Returns and Allowances"),
        ("customer_deposits", "Custmer Deposits"),
        ("shrinkage", "Inventory Adjustments"),
        ("freight", "Freight In"),
        ("purchase_discounts", "Purchase Discounts"),
        ("gateways.shopify_payments", "Shopify Clearing"),
        ("gateways.paypal", "PayPal"),
        ("gateways.cash", "Cash Drawer"),
        ("gateways.manual", "Undeposited Funds"),
    ] {
        assert_eq!(proposed(key, &chart).as_deref(), Some(account), "{key}");
    }
    let mut mapping = Mapping::default();
    mapping.accounts.sales = "Sales".into();
    let of_type = propose(&category("by_product_type.Apparel"), &mapping, &chart);
    assert_eq!(of_type.best.unwrap().full_name, "Sales:Apparel");
}

#[test]
fn what_the_chart_does_not_have_is_proposed_to_be_made_and_never_guessed() {
    let chart = chart();
    for (key, account, account_type) in [
        ("duties", "Duties Payable", AccountType::OtherCurrentLiability),
        ("marketplace_tax", "Marketplace Tax Collected", AccountType::OtherCurrentLiability),
        ("gateways.klarna", "Klarna Clearing", AccountType::Bank),
    ] {
        let proposal = propose(&category(key), &Mapping::default(), &chart);
        assert_eq!(proposal.best, None, "{key}");
        assert_eq!(proposal.create, Some((account.to_owned(), NewAccount { account_type })), "{key}");
    }
}

#[test]
fn an_inactive_account_or_one_of_another_type_is_never_proposed() {
    for category in Category::all(&Mapping::default(), &Met::default()) {
        let mut chart = chart();
        for choice in &mut chart {
            choice.active = false;
        }
        let proposal = propose(&category, &Mapping::default(), &chart);
        assert!(proposal.best.is_none() && proposal.candidates.is_empty(), "{}: {proposal:?}", category.key());
    }
    let mut chart = chart();
    for choice in &mut chart {
        choice.kind = "Equity".into();
    }
    assert_eq!(proposed("sales", &chart), None);
}

#[test]
fn two_equally_likely_accounts_are_shown_and_none_is_proposed() {
    let mut chart = chart();
    chart.retain(|choice| choice.full_name != "Sales");
    for (number, name) in ["East:Merchandise Sales", "West:Merchandise Sales"].into_iter().enumerate() {
        let id = qbxml::ListId::new(format!("9000-{number}"));
        let (kind, full_name) = ("Income".into(), name.into());
        chart.push(Choice { id, full_name, kind, active: true, number: None, description: None, special: None });
    }
    let proposal = propose(&category("sales"), &Mapping::default(), &chart);
    assert_eq!(proposal.best, None);
    let first: Vec<_> = proposal.candidates.iter().take(2).map(|near| near.full_name.as_str()).collect();
    assert_eq!(first, ["East:Merchandise Sales", "West:Merchandise Sales"]);
    assert_eq!(proposal.candidates[0].because, Because::DefaultName);
    assert_eq!(proposal.create, None);
}

#[test]
fn every_category_is_found_by_its_key() {
    let mut mapping = Mapping::default();
    for key in [
        "by_location.Harbour Street.returns",
        "by_product_type.Gift Wrap",
        "gateways.klarna",
        "gateways.cash.by_location.Harbour St. 5",
        "adjustments.damaged",
        "tax.items.N.Y. State Tax",
        "locations.classes.Harbour St. 5",
        "locations.online",
        "freight",
    ] {
        let category = category(key);
        assert_eq!(category.key(), key);
        category.choose(&mut mapping, "Chosen");
        assert_eq!(category.chosen(&mapping), Some("Chosen"), "{key}");
    }
    for category in Category::all(&mapping, &Met::default()) {
        assert_eq!(Category::from_key(&category.key()).as_ref(), Some(&category));
    }
    for wrong in ["", "nothing", "gateways.", "by_location.Harbour Street.nothing", "by_location.sales"] {
        assert_eq!(Category::from_key(wrong), None, "{wrong}");
    }
}

/// A sale in person at Harbour Street: one line, delivery, paid by card.
fn sale_at_harbour() -> books::document::Order {
    let mut order = common::worked_order();
    order.location = Some(id("Location", 7));
    order
}

fn harbour(purposes: &[(Purpose, &str)]) -> World {
    let mut world = World::new();
    world.told.location(7, "Harbour Street");
    let own: BTreeMap<Purpose, String> =
        purposes.iter().map(|(purpose, account)| (*purpose, (*account).to_owned())).collect();
    for (purpose, account) in purposes {
        world.company.add(NameSpace::Account, "Account", account, purpose.account_types().first().copied());
    }
    world.mapping.accounts.by_location.insert("harbour street".into(), own);
    world
}

#[test]
fn a_location_has_accounts_and_items_of_its_own_and_the_tie_out_knows() {
    let mut world = harbour(&[(Purpose::Shipping, "Harbour Shipping"), (Purpose::Sales, "Harbour Sales")]);
    world.mapping.inventory.mode = Mode::Summary;
    let order = sale_at_harbour();
    let entries = world.entries(&order);
    let booked = postings(&entries);
    assert!(booked["Harbour Shipping"].is_negative() && booked["Harbour Sales"].is_negative(), "{booked:?}");
    assert!(!booked.contains_key("Shipping Income") && !booked.contains_key("Merchandise Sales"), "{booked:?}");
    let shop: BTreeMap<_, _> = books::tieout::shop_side(&order, &world.context()).into_iter().collect();
    assert_eq!(shop, booked);
    let mut elsewhere = sale_at_harbour();
    elsewhere.location = None;
    let common = postings(&world.entries(&elsewhere));
    assert!(common.contains_key("Shipping Income") && common.contains_key("Merchandise Sales"), "{common:?}");

    let mut detailed = harbour(&[(Purpose::Shipping, "Harbour Shipping")]);
    let entries = detailed.entries(&order);
    let items: Vec<_> =
        entries.iter().filter(|entry| entry.kind == EntryKind::Item).map(|entry| entry.number.as_str()).collect();
    assert!(items.contains(&"Shipping Harbour Street") && !items.contains(&"Shipping"), "{items:?}");
    detailed.company.post(&entries);
    assert!(postings(&detailed.entries(&elsewhere)).contains_key("Shipping Income"));
}

#[test]
fn a_location_can_not_have_accounts_that_items_decide_about() {
    let world = harbour(&[(Purpose::Sales, "Harbour Sales")]);
    let purpose = "by_location.harbour street.sales".to_owned();
    assert_eq!(world.held(&sale_at_harbour()), [HeldReason::NotPerLocation { purpose }]);
    let mut elsewhere = sale_at_harbour();
    elsewhere.location = None;
    assert!(!world.entries(&elsewhere).is_empty());
    assert_eq!(
        world.mapping.check(&world.company, &Met::default()),
        [HeldReason::NotPerLocation { purpose: "by_location.harbour street.sales".into() }]
    );
    for never in [Purpose::SalesTax, Purpose::Cogs, Purpose::InventoryAsset, Purpose::AccountsPayable] {
        assert!(!never.is_per_location(Mode::Summary));
    }
}

#[test]
fn an_account_that_is_to_be_made_goes_before_what_needs_it_with_the_one_above_it() {
    let mut world = World::new();
    world.mapping.accounts.shipping = "Delivery:Shop".into();
    assert!(matches!(world.held(&common::worked_order())[..], [HeldReason::NoAccount { .. }]));
    for name in ["Delivery", "Delivery:Shop"] {
        let account = NewAccount { account_type: AccountType::Income };
        world.mapping.accounts.to_create.insert(name.into(), account);
    }
    let entries = world.entries(&common::worked_order());
    let made: Vec<_> =
        entries.iter().filter(|entry| entry.kind == EntryKind::Account).map(|entry| entry.number.as_str()).collect();
    assert_eq!(made, ["Delivery", "Delivery:Shop"]);
    assert_eq!(entries[..2].iter().map(|entry| entry.kind).collect::<Vec<_>>(), [EntryKind::Account; 2]);
    let Body::Account(form) = &entries[1].body else { panic!("{:?}", entries[1]) };
    assert_eq!((form.name.as_str(), &form.parent_ref), ("Shop", &Some(qbxml::Ref::name("Delivery"))));
    let item = entries.iter().find(|entry| entry.number == "Shipping").unwrap();
    let sale = entries.iter().find(|entry| !entry.kind.is_list()).unwrap();
    for needing in [item, sale] {
        assert!(needing.needs.contains(&entries[1].key), "{needing:?}");
    }
    world.mapping.accounts.to_create.insert("Delivery:Shop".into(), NewAccount { account_type: AccountType::Bank });
    assert!(matches!(world.held(&common::worked_order())[..], [HeldReason::WrongAccountType { .. }]));
}

#[test]
fn what_was_met_before_goes_on_and_what_is_new_is_held_with_its_action() {
    let mut world = World::new();
    world.told.location(7, "Harbour Street");
    let mut known = sale_at_harbour();
    known.lines[0].item.product_type = Some("Mugs".into());
    let before = world.entries(&known);
    let mut met = Met::default();
    for (id, fact) in &world.told.0 {
        met.take(&books::Document { id: id.clone(), updated_at: jiff::Timestamp::UNIX_EPOCH, fact: fact.clone() });
    }
    let document = |order: &books::document::Order| books::Document {
        id: id("Order", 1001),
        updated_at: order.placed_at,
        fact: books::Fact::Order(Box::new(order.clone())),
    };
    assert!(met.take(&document(&known)));
    assert!(!met.take(&document(&known)), "the same again shows nothing new");
    world.mapping.hold_new(&met);
    assert_eq!(world.entries(&known), before, "what was met is posted as before");

    let mut new = known.clone();
    new.location = Some(id("Location", 8));
    new.lines[0].item.product_type = Some("Posters".into());
    new.lines[0].taxes[0].title = "City Tax".into();
    new.payments[0].gateway = "klarna".into();
    world.told.location(8, "Mill Lane");
    let mut reasons = world.held(&new);
    reasons.sort();
    assert_eq!(
        reasons,
        [
            HeldReason::UnknownGateway { gateway: "klarna".into() },
            HeldReason::UnknownTax { title: "City Tax".into() },
            HeldReason::UnknownLocation { location: "Mill Lane".into() },
            HeldReason::UnknownProductType { product_type: "Posters".into() },
        ]
    );
    met.take(&document(&new));
    met.take(&books::Document {
        id: id("Location", 8),
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        fact: world.told.0[&id("Location", 8)].clone(),
    });
    let mut told = world.mapping.check(&world.company, &met);
    told.sort();
    assert_eq!(told, reasons, "the mapping says the same before the order is mapped");
    for (key, name) in [
        ("gateways.klarna", "PayPal Clearing"),
        ("tax.items.City Tax", "City Tax"),
        ("locations.classes.Mill Lane", "Mill Lane"),
        ("by_product_type.Posters", ""),
    ] {
        category(key).choose(&mut world.mapping, name);
    }
    assert!(!world.entries(&new).is_empty(), "each reason was freed by its one choice");
}

#[test]
fn an_item_that_is_there_already_needs_no_choice_for_its_product_type() {
    let mut world = World::new();
    let mut order = common::worked_order();
    let entries = world.entries(&order);
    world.company.post(&entries);
    world.mapping.inventory.new_product_types = NewProductType::Hold;
    order.lines[0].item.product_type = Some("Renamed in the shop".into());
    assert!(!world.entries(&order).is_empty());
    world.company.deactivate(NameSpace::Account, "Merchandise Sales");
    let account = "Merchandise Sales".to_owned();
    assert_eq!(world.held(&order), [HeldReason::ItemsAccount { account }]);
}

#[test]
fn the_shop_shows_what_its_mapping_must_answer_for() {
    let mut order = order();
    order.lines = vec![common::line(1, "A", "A", 1, "10")];
    order.lines[0].taxes.push(tax("State Tax", "0.80"));
    order.shipping = vec![shipping("5")];
    order.payments = vec![payment("paypal", "15.80")];
    let mut met = Met::default();
    let document =
        books::Document { id: id("Order", 1), updated_at: order.placed_at, fact: books::Fact::Order(Box::new(order)) };
    met.take(&document);
    let mapping = Mapping::default();
    let used = |key: &str| category(key).is_used(&mapping, &met);
    for key in ["sales", "shipping", "gateways.paypal", "tax.items.State Tax", "cogs"] {
        assert!(used(key), "{key}");
    }
    for key in ["tips", "accounts_payable", "freight", "gateways.cash", "gift_cards", "duties"] {
        assert!(!used(key), "{key}");
    }
}

/// A company file in which one list has no more room, and one choice was deleted.
struct Scarce<'a>(&'a common::Company, u32);

impl books::Lists for Scarce<'_> {
    fn named(&self, space: NameSpace, full_name: &str) -> Option<books::ListObject> {
        self.0.named(space, full_name)
    }
    fn linked(&self, key: &books::EntryKey) -> Option<books::ListObject> {
        self.0.linked(key)
    }
    fn full(&self, _: &books::EntryKey, space: NameSpace, _: &str, beside: u32) -> Option<FullList> {
        let full = space == NameSpace::Item && beside >= self.1;
        full.then(|| FullList { list: "items".into(), used: 14_500, ceiling: 14_500 })
    }
    fn lost(&self, space: NameSpace, full_name: &str) -> Option<String> {
        (space == NameSpace::Class && full_name == "Online Store").then(|| "locations.online".to_owned())
    }
}

#[test]
fn without_room_or_after_a_deletion_an_order_is_held_instead_of_being_refused() {
    let world = World::new();
    let reasons = |room| {
        let lists = Scarce(&world.company, room);
        let context = books::Context { lists: &lists, ..world.context() };
        let document = books::Document {
            id: id("Order", 1001),
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            fact: books::Fact::Order(Box::new(common::numbered(&common::worked_order()))),
        };
        books::map(&document, &[], &context).held.unwrap().reasons
    };
    let gone = HeldReason::ChoiceGone { purpose: "locations.online".into(), name: "Online Store".into() };
    let full = HeldReason::ListFull { list: "items".into(), used: 14_500, ceiling: 14_500 };
    assert_eq!(reasons(100), vec![gone.clone()]);
    let both = [gone, full];
    assert_eq!(reasons(0), both);
    assert_eq!(reasons(1), both, "what the order itself adds is counted");
}
