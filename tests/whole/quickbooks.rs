//! A QuickBooks that can't be worked with as it stands.

use jiff::civil::date;
use simulator::{
    company::{Edition, Setup},
    connector::End,
};
use whole_system_tests::{World, trade};

#[test]
fn with_sales_tax_off_nothing_is_written_and_the_way_out_is_told() {
    let mut world = World::with(&trade(20), Setup { sales_tax: false, ..Setup::new(Edition::Premier) });
    world.start();
    let report = world.session();
    let End::ServerError(said) = report.end else { panic!("{report:?}") };
    assert!(said.contains("Preferences > Sales Tax"), "{said}");
    assert_eq!(world.company.transactions(), []);
    assert_eq!(world.company.names("Customer"), Vec::<String>::new());
    assert_eq!(world.attention(), ["company.sales_tax_off"]);
    assert_eq!(world.ask(&["status"]).code, 1);
}

#[test]
fn a_quickbooks_that_is_busy_or_closed_gets_everything_later() {
    let mut world = World::new(&trade(20));
    world.start();
    for (hresult, words, code) in [
        ("0x80040408", "Could not start QuickBooks.", "quickbooks.not_started"),
        ("0x80040414", "A modal dialog box is open.", "quickbooks.dialog_open"),
    ] {
        let report = world.session_with(|connector, _| {
            connector.cannot_open = Some((hresult.to_owned(), words.to_owned()));
        });
        assert_eq!(report.end, End::NoCompanyFile);
        assert_eq!(world.attention(), [code]);
        let told = world.ask(&["status"]).out;
        assert!(told.contains(words), "{told}");
    }
    world.settle();
    world.assert_exactly_once();
}

#[test]
fn a_closed_period_is_not_written_into_and_what_belongs_there_moves_once_that_is_chosen() {
    let mut world = World::new(&trade(40));
    let closing = date(2025, 6, 24);
    world.company.set_closing_date(Some(closing)).unwrap();
    world.carry_over();
    assert!(world.company.transactions().iter().all(|one| one.date > closing));
    assert!(!world.company.transactions().is_empty(), "nothing of the open period was posted");
    assert!(world.attention().iter().all(|cause| cause == "held.closed_period"), "{:?}", world.attention());
    assert!(world.status("held") > 0);

    world.reconfigure("closed_period = \"hold\"", "closed_period = \"first_open_day\"");
    world.finish();
    world.assert_exactly_once();
    let open = date(2025, 6, 25);
    assert!(world.company.transactions().iter().all(|one| one.date >= open));
    assert!(world.company.transactions().iter().filter(|one| one.date == open).count() > 1, "nothing was moved");
}

#[test]
fn a_wrong_password_sees_nothing() {
    let mut world = World::new(&trade(20));
    world.start();
    let report = world.session_with(|connector, _| connector.password = "guessed".to_owned());
    assert_eq!(report.end, End::NotAValidUser);
    assert_eq!(world.company.transactions(), []);
    world.settle();
    world.assert_exactly_once();
}
