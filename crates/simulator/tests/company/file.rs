use std::time::{Duration, Instant};

use simulator::company::{Company, CompanyError, Edition, JournalError, Setup};

use crate::support::{Desk, add, document, line};

fn one_sale(amount: u32) -> String {
    document(
        &format!("onError=\"stopOnError\" newMessageSetID=\"sale-{amount}\""),
        &add("SalesReceipt", &line("SalesReceipt", "Tip", &format!("<Amount>{amount}.00</Amount>"))),
    )
}

#[test]
fn opening_the_file_gives_the_same_books() {
    let mut desk = Desk::stocked();
    for amount in 1..20 {
        desk.company.process(&one_sale(amount)).unwrap();
    }
    let before = (desk.company.trial_balance(), desk.company.transactions(), desk.company.stock());
    let desk = desk.reopen();
    assert_eq!(before, (desk.company.trial_balance(), desk.company.transactions(), desk.company.stock()));
}

#[test]
fn a_kill_at_any_byte_of_the_last_record_loses_at_most_that_set() {
    let mut desk = Desk::new();
    desk.done(&add(
        "ItemOtherCharge",
        "<Name>Tip</Name><SalesOrPurchase><AccountRef><FullName>Employee Tips Payable</FullName></AccountRef></SalesOrPurchase>",
    ));
    desk.company.process(&one_sale(1)).unwrap();
    let kept = std::fs::read(desk.path()).unwrap();
    desk.company.process(&one_sale(2)).unwrap();
    let whole = std::fs::read(desk.path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for cut in kept.len()..=whole.len() {
        let path = folder.path().join(format!("{cut}.simqb"));
        std::fs::write(&path, &whole[..cut]).unwrap();
        let mut company = Company::open(&path).unwrap();
        company.set_durable(false);
        let sales = |company: &Company| company.transactions().iter().filter(|txn| txn.kind == "SalesReceipt").count();
        assert_eq!(sales(&company), if cut == whole.len() { 2 } else { 1 }, "cut at {cut}");
        company.process(&one_sale(2)).unwrap();
        assert_eq!(sales(&company), 2, "sent again, it is there once");
    }
}

#[test]
fn a_killed_company_is_read_anew_and_unanswered_queries_leave_no_trace() {
    let mut desk = Desk::stocked();
    desk.company.process(&one_sale(1)).unwrap();
    let size = std::fs::metadata(desk.path()).unwrap().len();
    desk.ask("<CustomerQueryRq/>");
    assert_eq!(std::fs::metadata(desk.path()).unwrap().len(), size);
    let before = desk.company.trial_balance();
    desk.company.crash().unwrap();
    assert_eq!(desk.company.trial_balance(), before);
}

#[test]
fn a_file_is_open_in_one_process_only_and_damage_inside_is_told() {
    let mut desk = Desk::new();
    assert!(matches!(Company::open(&desk.path()), Err(CompanyError::Journal(JournalError::InUse))));
    desk.done(&add("Customer", "<Name>Ada</Name>"));
    desk.done(&add("Customer", "<Name>Bob</Name>"));
    let damaged = std::fs::read_to_string(desk.path()).unwrap().replacen("\"text\"", "\"tex", 1);
    let path = desk.path().with_extension("damaged");
    std::fs::write(&path, damaged).unwrap();
    assert!(matches!(Company::open(&path), Err(CompanyError::Journal(JournalError::Damaged { line: 2, .. }))));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Company::open(&path), Err(CompanyError::Journal(JournalError::NoHeader))));
}

#[test]
fn the_file_says_that_it_is_simulated() {
    let desk = Desk::new();
    let file = std::fs::read_to_string(desk.path()).unwrap();
    assert!(file.lines().next().unwrap().contains("SIMULATED QuickBooks: not a real company file"));
}

#[test]
fn ten_thousand_orders_are_booked_and_read_again_in_good_time() {
    let mut setup = Setup::new(Edition::Enterprise);
    setup.company_name = "Large".to_owned();
    let mut desk = Desk::with(setup);
    desk.stock_up();
    let order = |number: usize| {
        let lines = [
            line("SalesReceipt", "Widget", "<Quantity>2</Quantity><Amount>100.00</Amount>"),
            line("SalesReceipt", "Shipping", "<Amount>8.00</Amount>"),
            line("SalesReceipt", "NY State", "<Amount>7.35</Amount>"),
        ];
        format!(
            "{}{}",
            add("Customer", &format!("<Name>Customer {number}</Name>")),
            add(
                "SalesReceipt",
                &format!(
                    "<CustomerRef><FullName>Customer {number}</FullName></CustomerRef><RefNumber>{number}</RefNumber>{}",
                    lines.concat()
                )
            )
        )
    };
    let start = Instant::now();
    for batch in 0..200 {
        let requests: String = (batch * 50..(batch + 1) * 50).map(order).collect();
        let set = document(&format!("onError=\"continueOnError\" newMessageSetID=\"b{batch}\""), &requests);
        desk.company.process(&set).unwrap();
    }
    let booked = start.elapsed();
    let start = Instant::now();
    let desk = desk.reopen();
    let opened = start.elapsed();
    eprintln!("10,000 orders: booked in {booked:?}, opened again in {opened:?}");
    assert_eq!(desk.company.transactions().len(), 10_001);
    // Generous: a debug build on a busy machine needs a few seconds.
    assert!(booked < Duration::from_mins(2), "{booked:?}");
}

/// Runs the program `simulated-company process` on one set; killed after `delay`, if one is given.
fn run_process(file: &std::path::Path, set: &str, delay: Option<Duration>) -> bool {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulated-company"))
        .arg("process")
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(set.as_bytes()).unwrap();
    if let Some(delay) = delay {
        std::thread::sleep(delay);
        child.kill().unwrap();
    }
    child.wait().unwrap().success()
}

#[test]
fn a_process_killed_at_any_moment_and_asked_again_books_every_set_once() {
    let desk = Desk::stocked();
    let copy = desk.path().with_extension("killed");
    std::fs::copy(desk.path(), &copy).unwrap();
    for amount in 1..=12 {
        run_process(&copy, &one_sale(amount), Some(Duration::from_millis(u64::from(amount) * 2)));
        assert!(run_process(&copy, &one_sale(amount), None), "opens after a kill and answers");
    }
    let company = Company::open(&copy).unwrap();
    let totals: Vec<String> = company
        .transactions()
        .iter()
        .filter(|txn| txn.kind == "SalesReceipt")
        .map(|txn| txn.total.normalize().to_string())
        .collect();
    let wanted: Vec<String> = (1..=12).map(|amount: u32| amount.to_string()).collect();
    assert_eq!(totals, wanted);
}
