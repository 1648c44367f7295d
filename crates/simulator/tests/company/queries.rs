use crate::support::{Desk, add, attribute, code, line, text, texts};

fn desk_with_customers(count: usize) -> Desk {
    let mut desk = Desk::new();
    for number in 0..count {
        desk.done(&add("Customer", &format!("<Name>C{number:02}</Name>")));
    }
    desk
}

#[test]
fn an_iterator_gives_every_element_once_and_dies_with_the_session() {
    let mut desk = desk_with_customers(7);
    let start = "<CustomerQueryRq iterator=\"Start\"><MaxReturned>3</MaxReturned></CustomerQueryRq>";
    let first = desk.done(start);
    assert_eq!(attribute(&first, "iteratorRemainingCount"), "4");
    let id = attribute(&first, "iteratorID");
    let next = format!(
        "<CustomerQueryRq iterator=\"Continue\" iteratorID=\"{id}\"><MaxReturned>3</MaxReturned></CustomerQueryRq>"
    );
    let second = desk.done(&next);
    let mut names = texts(&first, "Name");
    names.extend(texts(&second, "Name"));
    desk.company.end_session();
    assert_eq!(desk.status(&next), 3000);
    desk.done(start);
    assert_eq!(names, ["C00", "C01", "C02", "C03", "C04", "C05"]);
}

#[test]
fn nothing_found_is_1_and_something_missing_is_500() {
    let mut desk = desk_with_customers(1);
    assert_eq!(desk.status("<VendorQueryRq/>"), 1);
    let answer = desk.ask("<CustomerQueryRq><FullName>C00</FullName><FullName>Nobody</FullName></CustomerQueryRq>");
    assert_eq!((code(&answer), attribute(&answer, "statusSeverity").as_str()), (500, "Warn"));
    assert_eq!(texts(&answer, "Name"), ["C00"]);
}

#[test]
fn lists_are_filtered_by_name_date_and_number() {
    let mut desk = desk_with_customers(5);
    let answer = desk.done(
        "<CustomerQueryRq metaData=\"MetaDataAndResponseData\"><NameFilter><MatchCriterion>EndsWith</MatchCriterion><Name>3</Name></NameFilter></CustomerQueryRq>",
    );
    assert_eq!((texts(&answer, "Name"), attribute(&answer, "retCount")), (vec!["C03".to_owned()], "1".to_owned()));
    let count = desk.done("<CustomerQueryRq metaData=\"MetaDataOnly\"/>");
    assert_eq!(attribute(&count, "retCount"), "5");
    assert!(!count.contains("CustomerRet"));
    let all = desk.done("<CustomerQueryRq/>");
    let since = texts(&all, "TimeModified")[3].clone();
    let answer =
        desk.done(&format!("<CustomerQueryRq><FromModifiedDate>{}</FromModifiedDate></CustomerQueryRq>", &since[..19]));
    assert_eq!(texts(&answer, "Name"), ["C03", "C04"]);
    let some = desk.done(
        "<CustomerQueryRq><MaxReturned>2</MaxReturned><IncludeRetElement>Name</IncludeRetElement></CustomerQueryRq>",
    );
    assert_eq!(some.matches("<CustomerRet>\n<Name>").count(), 2);
}

#[test]
fn times_carry_the_standard_offset_even_in_summer() {
    let mut desk = desk_with_customers(1);
    let made = text(&desk.done("<CustomerQueryRq/>"), "TimeCreated");
    assert!(made.starts_with("2026-06-20T20:00:"), "wall time in New York, daylight saving: {made}");
    assert!(made.ends_with("-05:00"), "{made}");
}

fn sale(number: &str, date: &str, customer: &str) -> String {
    add(
        "SalesReceipt",
        &format!(
            "<CustomerRef><FullName>{customer}</FullName></CustomerRef><TxnDate>{date}</TxnDate><RefNumber>{number}</RefNumber>{}",
            line("SalesReceipt", "Tip", "<Amount>1.00</Amount>")
        ),
    )
}

#[test]
fn transactions_are_found_by_number_date_customer_and_account() {
    let mut desk = Desk::stocked();
    desk.done(&sale("A1", "2026-06-01", "Ada"));
    desk.done(&sale("A2", "2026-06-02", "Bob"));
    desk.done(&sale("B1", "2026-06-03", "Ada"));
    let query = |fields: &str| format!("<SalesReceiptQueryRq>{fields}</SalesReceiptQueryRq>");
    let mut numbers = |fields: &str| texts(&desk.ask(&query(fields)), "RefNumber");
    assert_eq!(numbers("<RefNumber>a1</RefNumber><RefNumber>B1</RefNumber>"), ["A1", "B1"]);
    assert_eq!(numbers("<RefNumberCaseSensitive>a1</RefNumberCaseSensitive>"), [""; 0]);
    assert_eq!(
        numbers(
            "<TxnDateRangeFilter><FromTxnDate>2026-06-02</FromTxnDate><ToTxnDate>2026-06-02</ToTxnDate></TxnDateRangeFilter>"
        ),
        ["A2"]
    );
    assert_eq!(numbers("<EntityFilter><FullName>Ada</FullName></EntityFilter>"), ["A1", "B1"]);
    assert_eq!(
        numbers(
            "<RefNumberFilter><MatchCriterion>StartsWith</MatchCriterion><RefNumber>A</RefNumber></RefNumberFilter>"
        ),
        ["A1", "A2"]
    );
    assert_eq!(numbers("<AccountFilter><FullName>Checking</FullName></AccountFilter>"), [""; 0]);
    let answer = desk.ask(&query("<RefNumber>A1</RefNumber><IncludeLineItems>true</IncludeLineItems>"));
    assert_eq!(answer.matches("<SalesReceiptLineRet>").count(), 1);
    let answer = desk.ask(&query("<RefNumber>A1</RefNumber>"));
    assert!(!answer.contains("SalesReceiptLineRet"));
}

#[test]
fn deleted_transactions_can_be_asked_for() {
    let mut desk = Desk::stocked();
    let id = text(&desk.done(&sale("A1", "2026-06-01", "Ada")), "TxnID");
    desk.done(&format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{id}</TxnID></TxnDelRq>"));
    let answer = desk.done("<TxnDeletedQueryRq><TxnDelType>SalesReceipt</TxnDelType></TxnDeletedQueryRq>");
    assert_eq!(text(&answer, "TxnID"), id);
}
