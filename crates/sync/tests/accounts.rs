//! The merchant's choices while people work in QuickBooks: followed, noticed, made, and within the ceilings.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use books::{Category, EntryKind, HeldReason, ListObject, Mapping, NameSpace, mapping::NewAccount};
use jiff::{Timestamp, civil::date};
use qbxml::{AccountType, ListId};
use simulator::company::{Edition, Setup};
use store::{ListRow, MappingWhy, State, Store};
use sync::{
    api,
    ceilings::{self, CeilingList, Moded, Verdict},
    choices::{self, CategoryState},
};

use crate::support::{World, bought_by, edit, id, mugs, paid, told};

/// A change of an account by hand in QuickBooks.
fn change_account(world: &mut World, name: &str, change: &str) {
    let answer = world.by_hand(&format!("<AccountQueryRq><FullName>{name}</FullName></AccountQueryRq>"));
    let (list_id, sequence) = (told(&answer, "ListID"), told(&answer, "EditSequence"));
    world.by_hand(&format!(
        "<AccountModRq><AccountMod><ListID>{list_id}</ListID><EditSequence>{sequence}</EditSequence>{change}</AccountMod>\
         </AccountModRq>"
    ));
}

fn state_of(world: &World, key: &str) -> CategoryState {
    let categories = choices::categories(&world.store).unwrap();
    categories.into_iter().find(|category| category.key == key).unwrap().state
}

fn attention(world: &World) -> Vec<String> {
    let status = api::status(&world.store).unwrap();
    status.attention.into_iter().map(|point| point.message.code).collect()
}

fn tie_out(world: &World) -> bool {
    sync::tieout::tie_out(&world.store, date(2000, 1, 1), date(2037, 1, 1)).unwrap().unwrap().ties_out()
}

#[test]
fn a_renamed_account_is_followed_and_what_was_posted_still_ties_out() {
    let mut world = World::new();
    let mut early = mugs(1001, 2);
    world.sell(1001, &early);
    world.settle();
    change_account(&mut world, "Merchandise Sales", "<Name>Shop Sales</Name>");
    change_account(&mut world, "Accounts Receivable", "<Name>Debtors</Name>");
    edit(&mut early, 1);
    world.sell(1001, &early);
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    world.assert_settled();
    assert_eq!(attention(&world), [""; 0]);
    let mapping = world.store.mapping().unwrap().unwrap();
    assert_eq!(
        (mapping.accounts.sales.as_str(), mapping.accounts.accounts_receivable.as_str()),
        ("Shop Sales", "Debtors")
    );
    let newest = world.store.mapping_versions().unwrap().remove(0);
    assert_eq!((newest.version, newest.why), (2, MappingWhy::Renamed));
    let keys: Vec<_> = newest.changes.iter().map(|change| change.key.as_str()).collect();
    assert_eq!(keys, ["accounts_receivable", "sales"]);
    assert!(world.balances().contains_key("Shop Sales"));
    assert_eq!(world.booked(), world.balances());
    assert!(tie_out(&world));
    // The edit changed the invoice in place although its account is called otherwise than when it was posted.
    assert!(world.posted().contains(&EntryKind::Change), "{:?}", world.posted());
}

#[test]
fn an_account_made_inactive_holds_only_what_needs_it_and_is_told() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    change_account(&mut world, "Shopify Payments Clearing", "<IsActive>false</IsActive>");
    world.sell(1002, &paid(mugs(1002, 1)));
    world.sell(1003, &mugs(1003, 1));
    world.settle();
    let purpose = "gateways.shopify_payments".to_owned();
    let held = HeldReason::InactiveAccount { purpose, account: "Shopify Payments Clearing".into() };
    assert_eq!(world.held(), [held]);
    assert_eq!(world.posted(), [EntryKind::SalesReceipt, EntryKind::Invoice], "the invoice needs no gateway");
    assert_eq!(attention(&world), ["held.inactive_account"]);
    assert_eq!(state_of(&world, "gateways.shopify_payments"), CategoryState::Problem);
    let category = Category::Gateway("shopify_payments".into());
    world.store.choose(&category, "Undeposited Funds", world.now()).unwrap();
    world.settle();
    world.assert_settled();
    assert_eq!(attention(&world), [""; 0]);
    assert!(tie_out(&world), "what was posted before the choice stands as it was");
}

#[test]
fn a_chosen_class_that_was_deleted_is_not_made_again_until_it_is_chosen_again() {
    let mut world = World::new();
    let answer = world.by_hand("<ClassAddRq><ClassAdd><Name>Online Store</Name></ClassAdd></ClassAddRq>");
    // A sale of another class: the lists are read, and QuickBooks lets this one be deleted.
    let mut elsewhere = mugs(1000, 1);
    elsewhere.location = Some(id("Location", 7));
    world.sell(1000, &elsewhere);
    world.settle();
    world.sell(1001, &mugs(1001, 1));
    let class = told(&answer, "ListID");
    world.by_hand(&format!("<ListDelRq><ListDelType>Class</ListDelType><ListID>{class}</ListID></ListDelRq>"));
    world.settle();
    let gone = HeldReason::ChoiceGone { purpose: "locations.online".into(), name: "Online Store".into() };
    assert_eq!(world.held(), [gone]);
    assert_eq!(attention(&world), ["held.choice_gone"]);
    world.store.choose(&Category::Online, "Online Store", world.now()).unwrap();
    world.settle();
    world.assert_settled();
    assert_eq!(world.posted(), [EntryKind::Invoice; 2]);
}

#[test]
fn an_account_that_the_merchant_wants_is_made_once_before_the_sale_that_needs_it() {
    let mut mapping = Mapping::default();
    Category::Gateway("shopify_payments".into()).choose(&mut mapping, "Shopify Balance");
    let mut world = World::with(Setup::new(Edition::Premier), mapping.clone());
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    assert!(matches!(world.held()[..], [HeldReason::NoAccount { .. }]), "nothing is made unasked: {:?}", world.held());

    let account = NewAccount { account_type: AccountType::Bank };
    mapping.accounts.to_create.insert("Shopify Balance".into(), account);
    world.store.save_mapping(&mapping, MappingWhy::Chosen, world.now()).unwrap();
    assert_eq!(state_of(&world, "gateways.shopify_payments"), CategoryState::ToBeMade);
    world.settle();
    world.assert_settled();
    world.assert_ties_out();
    assert!(world.balances().contains_key("Shopify Balance"));
    assert_eq!(state_of(&world, "gateways.shopify_payments"), CategoryState::Fine);
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    let made = world.sent.iter().filter(|xml| xml.contains("<AccountAddRq")).count();
    assert_eq!(made, 1);
    let rows = world.entries(State::Posted);
    assert_eq!(rows.iter().filter(|row| row.kind == EntryKind::Account).count(), 1);
}

#[test]
fn what_appears_after_the_start_is_held_until_it_is_chosen() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    choices::hold_new(&world.store, world.now()).unwrap();
    let mut known = paid(mugs(1002, 1));
    world.sell(1002, &known);
    known.name = "#1003".into();
    known.payments[0].gateway = "klarna".into();
    known.payments[0].id = id("OrderTransaction", 1003);
    world.sell(1003, &known);
    world.settle();
    assert_eq!(world.held(), [HeldReason::UnknownGateway { gateway: "klarna".into() }]);
    assert_eq!(world.posted().len(), 2, "what was known goes on");
    assert_eq!(attention(&world), ["held.unknown_gateway"], "told once");
    world.store.choose(&Category::Gateway("klarna".into()), "Undeposited Funds", world.now()).unwrap();
    world.settle();
    world.assert_settled();
    let whys: Vec<_> = world.store.mapping_versions().unwrap().into_iter().map(|version| version.why).collect();
    assert_eq!(whys, [MappingWhy::Chosen, MappingWhy::HoldNew, MappingWhy::Configured]);
}

#[test]
fn a_changed_configuration_is_taken_over_and_what_was_chosen_since_stays() {
    let world = World::new();
    world.store.choose(&Category::Gateway("klarna".into()), "Undeposited Funds", world.now()).unwrap();
    let mut configured = Mapping::default();
    choices::take_configuration(&world.store, &configured, world.now()).unwrap();
    assert_eq!(world.store.mapping_versions().unwrap().len(), 2, "the same configuration is nothing new");
    configured.accounts.fees = "Uncategorized Income".into();
    choices::take_configuration(&world.store, &configured, world.now()).unwrap();
    let mapping = world.store.mapping().unwrap().unwrap();
    assert_eq!(mapping.accounts.fees, "Uncategorized Income");
    assert!(mapping.gateways.get("klarna").is_some());
}

#[test]
fn a_full_list_holds_the_row_that_has_no_room_and_quickbooks_never_has_to_refuse() {
    let mut setup = Setup::new(Edition::Premier);
    setup.capacities.names = 3;
    let mut world = World::with(setup, Mapping::default());
    world.by_hand("<VendorAddRq><VendorAdd><Name>Landlord</Name></VendorAdd></VendorAddRq>");
    for number in 1..=4 {
        let mut order = bought_by(paid(mugs(1000 + number, 1)), &format!("Buyer {number}"));
        order.customer = Some(id("Customer", number));
        world.sell(1000 + number, &order);
    }
    world.settle();
    let full = HeldReason::ListFull { list: "names".into(), used: 3, ceiling: 3 };
    assert_eq!(world.held(), [full.clone(), full]);
    assert_eq!(world.posted().len(), 2);
    assert!(world.entries(State::Rejected).is_empty());
    assert!(attention(&world).contains(&"ceilings.nearly_full".to_owned()));

    let view = ceilings::ceilings(&world.store, world.now()).unwrap().unwrap();
    let names = view.lists.iter().find(|room| room.list == CeilingList::Names).unwrap();
    assert_eq!((names.used, names.ceiling, names.told), (3, Some(3), true));
    let customers = view.forecasts.iter().find(|forecast| forecast.list == CeilingList::Customers).unwrap();
    assert_eq!((customers.new_in_90_days, customers.new_in_365_days), (4, 4));
    let names = view.forecasts.iter().find(|forecast| forecast.list == CeilingList::Names).unwrap();
    assert_eq!(names.full_in.as_deref(), Some(&world.now().to_string()[..7]), "it is full this month");
}

#[test]
fn detailed_is_refused_with_the_numbers_where_the_shop_has_more_than_fits() {
    let mut setup = Setup::new(Edition::Pro);
    setup.capacities.names = 6;
    let mut world = World::with(setup, Mapping::default());
    world.by_hand("<CustomerAddRq><CustomerAdd><Name>Ada Lovelace</Name></CustomerAdd></CustomerAddRq>");
    for (number, name) in
        (1..).zip(["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"])
    {
        let customer = books::document::Customer { display_name: name.into(), ..Default::default() };
        world.tell(id("Customer", number), books::Fact::Customer(customer));
    }
    // A sale to a guest: the generic customer takes a place.
    world.sell(1001, &mugs(1001, 1));
    world.settle();
    let modes = |world: &World| {
        let view = ceilings::ceilings(&world.store, world.now()).unwrap().unwrap();
        let customers = view.lists.iter().find(|room| room.list == CeilingList::Names).unwrap();
        let must: Vec<_> = view.must_be_summary().collect();
        (customers.used, customers.would_add, view.modes[0].detailed, must)
    };
    // Ada is there to be matched: she takes no place.
    assert_eq!(modes(&world), (2, 4, Verdict::Warning { percent: 95 }, vec![]));
    let one_more = books::document::Customer { display_name: "Donald Knuth".into(), ..Default::default() };
    world.tell(id("Customer", 6), books::Fact::Customer(one_more));
    world.settle();
    assert_eq!(modes(&world), (2, 5, Verdict::Refused, vec![Moded::Customers]));
    let view = ceilings::ceilings(&world.store, world.now()).unwrap().unwrap();
    let said = view.modes[0].message.text(sync::Language::En);
    assert!(
        said.contains("summary is required") && said.contains("would hold 7, and at most 6 fit (2 there, 5 new)"),
        "{said}"
    );
}

#[test]
fn choosing_says_what_is_wrong_with_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
    let store = Store::open(folder.path(), now).unwrap().store;
    api::set_up(&store, &Mapping::default(), now).unwrap();
    let code =
        |key: &str, name: &str| api::choose_account(&store, key, name, now).err().map(|error| error.message.code);
    assert_eq!(code("sales", "Sales").as_deref(), Some("mapping.lists_not_read"));
    let row = |name: &str, kind: &str, active: bool| ListRow {
        object: ListObject {
            id: ListId::new(name),
            space: NameSpace::Account,
            kind: "Account".into(),
            full_name: name.into(),
            active,
            account: Some(kind.into()),
            asset: None,
        },
        edit_sequence: String::new(),
        modified: String::new(),
        marks: Vec::new(),
    };
    store
        .save_lists(&[row("Sales", "Income", true), row("Old Sales", "Income", false), row("Bank", "Bank", true)], now)
        .unwrap();
    store.set_setting("list.deleted", &serde_json::json!({ "newest": null }), "read", now).unwrap();
    for (key, name, expected) in [
        ("salse", "Sales", Some("mapping.unknown_key")),
        ("sales", "Slaes", Some("mapping.no_such_account")),
        ("sales", "Old Sales", Some("mapping.inactive")),
        ("sales", "Bank", Some("mapping.wrong_type")),
        ("by_location.Harbour Street.sales", "Sales", Some("mapping.not_per_location")),
        ("sales", "sales", None),
        ("tax.items.State Tax", "NY State", None),
        ("by_product_type.Mugs", "", None),
    ] {
        assert_eq!(code(key, name).as_deref(), expected, "{key} = {name}");
    }
    assert_eq!(api::create_account(&store, "tips", now).unwrap(), "Employee Tips Payable");
    let nothing = api::create_account(&store, "sales", now).unwrap_err();
    assert_eq!(nothing.message.code, "mapping.nothing_to_create");
    let categories = api::categories(&store).unwrap();
    let sales = categories.iter().find(|category| category.key == "sales").unwrap();
    assert_eq!((sales.chosen.as_deref(), sales.state), (Some("Sales"), CategoryState::Fine));
    assert_eq!(sales.fitting, ["Sales"]);
    assert_eq!(api::chart(&store).unwrap().len(), 3);
    assert_eq!(api::mapping_history(&store).unwrap().len(), 5);
}

#[test]
fn a_merged_account_is_noticed_and_its_items_are_read_again_before_anything_is_posted() {
    let mut world = World::new();
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    let answer = world.company.merge("Account", "Merchandise Sales", "Shipping Income").unwrap();
    assert!(answer.contains("statusCode=\"0\""), "{answer}");
    world.sell(1002, &paid(mugs(1002, 1)));
    world.settle();
    let merged = |reason: &HeldReason| matches!(reason, HeldReason::NoAccount { purpose, .. } | HeldReason::ChoiceGone { purpose, .. } if purpose == "sales");
    assert!(world.held().iter().all(merged), "{:?}", world.held());
    assert!(!attention(&world).is_empty());
    world.store.choose(&Category::from_key("sales").unwrap(), "Shipping Income", world.now()).unwrap();
    world.sell(1003, &paid(mugs(1003, 1)));
    world.settle();
    world.settle();
    world.assert_settled();
    assert_eq!(world.standing("SalesReceipt"), 3);
    let latest = world.store.booked_between(date(2000, 1, 1), date(2037, 1, 1)).unwrap().pop().unwrap();
    assert!(latest.postings.iter().any(|posting| posting.account == "Shipping Income"), "{latest:?}");
}

#[test]
fn the_chart_of_a_lived_in_company_file_is_proposed_right() {
    let mut world = World::with(Setup::lived_in(Edition::Premier), Mapping::default());
    world.sell(1001, &paid(mugs(1001, 1)));
    world.settle();
    let categories = choices::categories(&world.store).unwrap();
    let of = |key: &str| categories.iter().find(|category| category.key == key).unwrap();
    for (key, account) in [
        ("sales", "Sales"),
        ("discounts", "Sales Discounts"),
        ("shipping", "Shipping Income"),
        ("returns", "Returns & Allowances"),
        ("tips", "Tips Payable"),
        ("gift_cards", "Gift Card Liability"),
        ("store_credit", "Store Credit Liability"),
        ("customer_deposits", "Customer Deposits"),
        ("cogs", "Cost of Goods Sold"),
        ("inventory_asset", "Inventory"),
        ("accounts_receivable", "Accounts Receivable"),
        ("accounts_payable", "Accounts Payable"),
        ("sales_tax", "Sales Tax Payable"),
        ("marketplace_tax", "Marketplace Facilitator Tax"),
        ("duties", "Duties & Import Taxes Payable"),
        ("shrinkage", "Inventory Shrinkage"),
        ("freight", "COGS - Freight In"),
        ("purchase_discounts", "Purchase Discounts"),
        ("opening_stock", "Opening Balance Equity"),
        ("gateways.shopify_payments", "Shopify Payments"),
        ("gateways.paypal", "PayPal"),
        ("gateways.cash", "Cash on Hand"),
        ("gateways.manual", "Undeposited Funds"),
    ] {
        let proposed = of(key).proposed.as_ref().map(|proposed| proposed.full_name.as_str());
        assert_eq!(proposed, Some(account), "{key}: {:?}", of(key).candidates);
    }
    assert_eq!(of("sales").state, CategoryState::Problem, "the default names are not there");
    let all = world.store.choosable(NameSpace::Account).unwrap();
    assert!(all.iter().any(|account| account.number.is_some() && account.description.is_some()));
}
