use crate::support::{Desk, add, attribute, document, text};

fn set(attributes: &str, customer: &str) -> String {
    document(&format!("onError=\"stopOnError\" {attributes}"), &add("Customer", &format!("<Name>{customer}</Name>")))
}

fn empty(attributes: &str) -> String {
    document(&format!("onError=\"stopOnError\" {attributes}"), "")
}

fn status(desk: &mut Desk, document: &str) -> String {
    attribute(&desk.company.process(document).unwrap(), "messageSetStatusCode")
}

#[test]
fn the_same_set_sent_again_gets_the_stored_answer_and_writes_nothing() {
    let mut desk = Desk::new();
    let first = desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    assert_eq!(attribute(&first, "messageSetStatusCode"), "0");
    assert_eq!(attribute(&first, "newMessageSetID"), "m1");
    let again = desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    assert_eq!(first, again);
    assert_eq!(desk.company.names("Customer"), ["Ada"]);
}

#[test]
fn the_stored_answer_survives_a_restart() {
    let mut desk = Desk::new();
    let first = desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    let mut desk = desk.reopen();
    assert_eq!(desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap(), first);
    assert_eq!(text(&first, "Name"), "Ada");
}

#[test]
fn the_same_id_with_other_content_is_9001() {
    let mut desk = Desk::new();
    desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    assert_eq!(status(&mut desk, &set(r#"newMessageSetID="m1""#, "Bob")), "9001");
    assert_eq!(desk.company.names("Customer"), ["Ada"]);
}

#[test]
fn asking_with_an_empty_set_gives_the_answer_or_9002_and_keeps_it() {
    let mut desk = Desk::new();
    let ask = empty(r#"oldMessageSetID="m1" newMessageSetID="m1""#);
    assert_eq!(status(&mut desk, &ask), "9002");
    let first = desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    assert_eq!(desk.company.process(&ask).unwrap(), first);
    assert_eq!(desk.company.process(&ask).unwrap(), first);
}

#[test]
fn an_empty_set_with_the_old_id_alone_returns_the_answer_and_clears_it() {
    let mut desk = Desk::new();
    let first = desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    let clear = empty(r#"oldMessageSetID="m1""#);
    assert_eq!(desk.company.process(&clear).unwrap(), first);
    assert_eq!(status(&mut desk, &clear), "600");
    let mut desk = desk.reopen();
    assert_eq!(status(&mut desk, &clear), "600", "the clearing is in the file");
}

#[test]
fn the_next_set_clears_the_one_that_it_names_as_old() {
    let mut desk = Desk::new();
    desk.company.process(&set(r#"newMessageSetID="m1""#, "Ada")).unwrap();
    desk.company.process(&set(r#"oldMessageSetID="m1" newMessageSetID="m2""#, "Bob")).unwrap();
    assert_eq!(status(&mut desk, &empty(r#"oldMessageSetID="m1" newMessageSetID="m1""#)), "9002");
    assert_eq!(status(&mut desk, &empty(r#"oldMessageSetID="m2" newMessageSetID="m2""#)), "0");
    desk.company.process(&set(r#"oldMessageSetID="ClearAllMessageSets" newMessageSetID="m3""#, "Cy")).unwrap();
    assert_eq!(status(&mut desk, &empty(r#"oldMessageSetID="m2" newMessageSetID="m2""#)), "9002");
}

#[test]
fn an_id_of_more_than_23_characters_is_9004_and_nothing_is_written() {
    let mut desk = Desk::new();
    let long = "x".repeat(24);
    assert_eq!(status(&mut desk, &set(&format!("newMessageSetID=\"{long}\""), "Ada")), "9004");
    assert!(desk.company.names("Customer").is_empty());
    let fits = "x".repeat(23);
    assert_eq!(status(&mut desk, &set(&format!("newMessageSetID=\"{fits}\""), "Ada")), "0");
}

#[test]
fn an_answer_that_could_not_be_kept_is_9005_and_the_set_is_booked_all_the_same() {
    let mut desk = Desk::new();
    desk.company.set_keep_answers(false);
    assert_eq!(status(&mut desk, &set(r#"newMessageSetID="m1""#, "Ada")), "9005");
    desk.company.set_keep_answers(true);
    let mut desk = desk.reopen();
    assert_eq!(desk.company.names("Customer"), ["Ada"]);
    assert_eq!(status(&mut desk, &empty(r#"oldMessageSetID="m1" newMessageSetID="m1""#)), "9002");
}

#[test]
fn a_set_whose_requests_all_failed_is_remembered_too() {
    let mut desk = Desk::new();
    desk.done(&add("Customer", "<Name>Ada</Name>"));
    let first = desk.company.process(&set(r#"newMessageSetID="m1""#, "ADA")).unwrap();
    assert_eq!(attribute(&first, "statusCode"), "3100");
    let mut desk = desk.reopen();
    assert_eq!(desk.company.process(&set(r#"newMessageSetID="m1""#, "ADA")).unwrap(), first);
}
