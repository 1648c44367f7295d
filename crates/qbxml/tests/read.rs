//! What is read from QuickBooks' answers. The answers in `corpus` are hand-made, in QuickBooks' own manner.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{path::PathBuf, process::Command};

use jiff::civil::date;
use qbxml::{
    AccountType, Answer, Class, DataExtType, Event, FileMode, Guid, LinkType, Object, ObjectError, ReadError, Reader,
    SetStatus, Severity, StatusCode, TxnType, TxnVoidType, answers,
};
use rust_decimal::Decimal;

fn corpus(name: &str) -> String {
    std::fs::read_to_string(corpus_folder().join(name)).unwrap()
}

fn corpus_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn only(answer: &Answer) -> &Object {
    assert_eq!((answer.objects.len(), answer.unreadable.len()), (1, 0));
    &answer.objects[0]
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_corpus_is_valid_by_intuits_own_schema() {
    let Some(folder) = std::env::var_os("QBXML_SCHEMAS") else {
        return tell("skipped: QBXML_SCHEMAS is not set");
    };
    if Command::new("xmllint").arg("--version").output().is_err() {
        return tell("skipped: xmllint is not installed");
    }
    let schema = PathBuf::from(folder).join("quickbooks/xsd-13.0/qbxmlops130_official.xsd");
    let files: Vec<_> = std::fs::read_dir(corpus_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("newer_quickbooks.xml"))
        .collect();
    let output = Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn tell(what: &str) {
    eprintln!("{what}");
}

#[test]
fn the_start_of_a_session_tells_product_company_and_preferences() {
    let set = answers(&corpus("session_start.xml")).unwrap();
    assert_eq!(set.status, None);
    let [host, company, preferences] = set.answers.as_slice() else { panic!("{set:?}") };
    assert_eq!(host.head.name, "HostQuery");
    assert_eq!(host.head.request_id.as_ref().unwrap().as_str(), "0");

    let Object::Host(host) = only(host) else { panic!() };
    assert_eq!(host.product_name.as_deref(), Some("QuickBooks Enterprise Solutions: Retail 24.0"));
    assert_eq!(host.supported_qbxml_version, ["1.0", "13.0", "16.0"]);
    assert_eq!(host.qb_file_mode, Some(FileMode::MultiUser));
    let lists = host.list_meta_data.as_ref().unwrap();
    assert_eq!(lists.entity_meta_data.as_ref().unwrap().max_capacity, Some(1_000_000));

    let Object::Company(company) = only(company) else { panic!() };
    assert_eq!(company.company_name.as_deref(), Some("Larch & Loom Outfitters"));
    assert_eq!(company.address.as_ref().unwrap().postal_code.as_deref(), Some("05401"));
    assert_eq!(company.data_ext_ret[0].data_ext_name.as_deref(), Some("FileID"));
    assert_eq!(company.data_ext_ret[0].data_ext_type, Some(DataExtType::Str255Type));

    let Object::Preferences(preferences) = only(preferences) else { panic!() };
    let accounting = preferences.accounting_preferences.as_ref().unwrap();
    assert_eq!(accounting.is_using_class_tracking, Some(true));
    assert_eq!(accounting.closing_date, Some(date(2025, 12, 31)));
    let tax = preferences.sales_tax_preferences.as_ref().unwrap();
    assert_eq!(tax.default_item_sales_tax_ref.as_ref().unwrap().full_name.as_deref(), Some("Sales Tax"));
    assert_eq!(preferences.multi_currency_preferences, None);
}

#[test]
fn items_of_all_kinds_come_in_their_order_with_the_iterator_to_go_on_with() {
    let set = answers(&corpus("items_by_iterator.xml")).unwrap();
    let answer = &set.answers[0];
    assert_eq!(answer.head.ret_count, Some(4));
    assert_eq!(answer.head.iterator_id.as_deref(), Some("{eb05f701-e727-472f-8ade-6753c4f67a46}"));
    assert_eq!(answer.head.iterator_remaining, Some(212));
    let [Object::ItemInventory(mug), Object::ItemService(gift), Object::ItemGroup(group), Object::ItemSalesTax(tax)] =
        answer.objects.as_slice()
    else {
        panic!("{answer:?}")
    };
    assert_eq!(mug.full_name.as_deref(), Some("Mugs:MUG-BLUE-12OZ"));
    assert_eq!(mug.quantity_on_hand.unwrap().value(), dec("-3"));
    assert_eq!(mug.purchase_cost.unwrap().value(), dec("6.12345"));
    assert_eq!(gift.sales_account().unwrap().full_name.as_deref(), Some("Services"));
    assert_eq!(group.name.as_deref(), Some("Breakfast set"));
    assert_eq!(tax.tax_rate.unwrap().value(), dec("0"));
}

#[test]
fn each_request_of_a_set_has_its_own_answer() {
    let set = answers(&corpus("sales_receipts_added.xml")).unwrap();
    assert_eq!(set.status, Some(SetStatus::Fine));
    let [added, refused, recovered] = set.answers.as_slice() else { panic!("{set:?}") };

    assert_eq!(added.head.request_id.as_ref().unwrap().as_str(), "entry-71");
    assert_eq!(added.head.status.class(), Class::Fine);
    let Object::SalesReceipt(receipt) = only(added) else { panic!() };
    assert_eq!(receipt.txn_id.as_str(), "9A1-1782921959");
    assert_eq!(receipt.customer_ref.as_ref().unwrap().full_name.as_deref(), Some("Zoë Müller"));
    assert_eq!(receipt.bill_address.as_ref().unwrap().addr2.as_deref(), Some("5 Rue d'Été"));
    assert_eq!(receipt.memo.as_deref(), Some("Shopify #1001\nsecond line"));
    assert_eq!(receipt.total_amount.unwrap().value(), dec("37.48"));
    assert_eq!(receipt.sales_receipt_line_ret.len(), 2);
    assert_eq!(receipt.sales_receipt_line_ret[0].desc.as_deref(), Some("Mug, blue <12 oz>"));
    assert_eq!(receipt.sales_receipt_line_ret[1].amount.unwrap().to_string(), "1.48");

    assert_eq!(refused.head.status.code, StatusCode::BadReference);
    assert_eq!(refused.head.status.severity, Severity::Error);
    assert_eq!(refused.head.status.class(), Class::Hold);
    assert!(refused.head.status.message.starts_with("There is an invalid reference to QuickBooks Customer \"Nobody\""));
    assert!(refused.objects.is_empty());

    let ids = recovered.recovered.as_ref().unwrap();
    assert_eq!(ids.txn_id.as_ref().unwrap().as_str(), "9B0-1782921960");
    assert_eq!(ids.edit_sequence.as_ref().unwrap().as_str(), "1782921960");
    assert_eq!(recovered.head.status.class(), Class::LookBack);
}

#[test]
fn wall_clock_times_are_taken_and_their_offset_is_not() {
    let set = answers(&corpus("invoices.xml")).unwrap();
    let Object::Invoice(invoice) = only(&set.answers[0]) else { panic!() };
    assert_eq!(invoice.time_modified.unwrap().value(), date(2026, 3, 29).at(3, 0, 1, 0));
    assert_eq!(invoice.time_modified.unwrap().to_string(), "2026-03-29T03:00:01");
    for text in ["2026-03-29T03:00:01-06:00", "2026-03-29T03:00:01+13:00", "2026-03-29T03:00:01", "2026-3-29T3:0:1"] {
        assert_eq!(text.parse(), Ok(invoice.time_modified.unwrap()));
    }
    assert_eq!("2026-03-29".parse::<qbxml::WallTime>().unwrap().to_string(), "2026-03-29T00:00:00");
    for text in ["", "2026", "2026-13-01", "2026-03-29T", "2026-03-29T25", "2026-03-29T1:2:3:4", "26-03-29"] {
        assert_eq!(text.parse::<qbxml::WallTime>().is_ok(), text == "2026-03-29T", "{text}");
    }
}

#[test]
fn an_invoice_tells_its_lines_groups_and_payments() {
    let set = answers(&corpus("invoices.xml")).unwrap();
    assert_eq!(set.answers[0].head.status.class(), Class::Fine);
    assert_eq!(set.answers[0].head.status.severity, Severity::Warn);
    let Object::Invoice(invoice) = only(&set.answers[0]) else { panic!() };
    assert_eq!(invoice.balance_remaining.unwrap().value(), dec("60"));
    assert_eq!(invoice.linked_txn[0].txn_type, Some(TxnType::ReceivePayment));
    assert_eq!(invoice.linked_txn[0].link_type, Some(LinkType::AmtType));
    assert_eq!(invoice.invoice_line_ret.len(), 1);
    assert_eq!(invoice.invoice_line_ret[0].quantity.unwrap().value(), dec("0.33333"));
    assert_eq!(invoice.invoice_line_ret[0].rate_percent.unwrap().value(), dec("10"));
    assert_eq!(invoice.invoice_line_group_ret[0].invoice_line_ret[0].amount.unwrap().value(), dec("90"));
}

#[test]
fn a_stale_change_comes_with_the_present_object() {
    let set = answers(&corpus("payments.xml")).unwrap();
    let Object::ReceivePayment(paid) = only(&set.answers[0]) else { panic!() };
    assert_eq!(paid.applied_to_txn_ret[0].txn_id.as_str(), "A10-1782921000");
    assert_eq!(set.answers[1].head.status.class(), Class::ReRead);
    let Object::ReceivePayment(present) = only(&set.answers[1]) else { panic!() };
    assert_eq!(present.edit_sequence.as_ref().unwrap().as_str(), "1782921999");
}

#[test]
fn removals_tell_what_is_gone_without_a_wrapping_element() {
    let set = answers(&corpus("removals.xml")).unwrap();
    let [voided, deleted, refused, gone, field] = set.answers.as_slice() else { panic!("{set:?}") };
    let Object::TxnVoid(voided) = only(voided) else { panic!() };
    assert_eq!(voided.txn_void_type, Some(TxnVoidType::SalesReceipt));
    assert_eq!(voided.txn_id.as_str(), "9A1-1782921959");
    let Object::TxnDel(deleted) = only(deleted) else { panic!() };
    assert_eq!(deleted.txn_id.as_str(), "A20-1782921961");
    assert_eq!((refused.objects.len(), refused.head.status.class()), (0, Class::Hold));
    let Object::ListDel(gone) = only(gone) else { panic!() };
    assert_eq!(gone.full_name.as_deref(), Some("Gift wrapping"));
    let Object::DataExt(field) = only(field) else { panic!() };
    assert_eq!(field.owner_id, Some(Guid::CUSTOM_FIELDS));
}

#[test]
fn no_match_is_an_empty_answer_and_no_failure() {
    let set = answers(&corpus("nothing_found.xml")).unwrap();
    assert_eq!(set.answers[0].head.status.class(), Class::Empty);
    assert_eq!(set.answers[0].head.ret_count, Some(0));
    assert!(set.answers[0].objects.is_empty());
}

#[test]
fn a_set_that_quickbooks_knows_nothing_of_says_so() {
    let set = answers(&corpus("nothing_stored.xml")).unwrap();
    assert_eq!((set.status, set.answers.len()), (Some(SetStatus::NothingStored), 0));
    for (code, status) in [
        ("0", SetStatus::Fine),
        ("600", SetStatus::NothingStored),
        ("9001", SetStatus::ContentDiffers),
        ("9004", SetStatus::IdTooLong),
        ("9005", SetStatus::NotStored),
        ("77", SetStatus::Other("77".into())),
    ] {
        let xml = format!("<QBXML><QBXMLMsgsRs messageSetStatusCode=\"{code}\"></QBXMLMsgsRs></QBXML>");
        assert_eq!(answers(&xml).unwrap().status, Some(status));
    }
}

#[test]
fn what_a_newer_quickbooks_adds_is_passed_over() {
    let set = answers(&corpus("newer_quickbooks.xml")).unwrap();
    assert_eq!(set.status, Some(SetStatus::Other("9999".into())));
    let [accounts, future] = set.answers.as_slice() else { panic!("{set:?}") };
    assert_eq!(accounts.head.status.code, StatusCode::Other(4242));
    assert_eq!(accounts.head.status.class(), Class::Hold);
    let [Object::Account(account), hologram] = accounts.objects.as_slice() else { panic!("{accounts:?}") };
    assert_eq!(account.list_id.as_str(), "80000030-1400000000");
    assert_eq!(account.name.as_deref(), Some("Sales & more"));
    assert_eq!(account.name, account.full_name);
    assert_eq!(account.account_type, None::<AccountType>);
    assert_eq!(account.balance, None);
    assert_eq!(hologram, &Object::Unknown("HologramRet".into()));
    assert_eq!(future.head.name, "FutureThing");
    assert_eq!(future.objects, [Object::Unknown("FutureRet".into())]);
}

#[test]
fn an_unreadable_record_does_not_hide_the_others() {
    let xml = r#"<QBXML><QBXMLMsgsRs>
        <ClassQueryRs requestID="k" statusCode="0" statusSeverity="Info" statusMessage="">
        <ClassRet><Name>no id</Name></ClassRet>
        <ClassRet><ListID>1</ListID><IsActive>perhaps</IsActive></ClassRet>
        <ClassRet><ListID>2</ListID></ClassRet>
        </ClassQueryRs>
        <CustomerQueryRs requestID="c" statusCode="0" statusSeverity="Info" statusMessage="">
        <CustomerRet><ListID>3</ListID><Balance>12.345</Balance></CustomerRet>
        </CustomerQueryRs></QBXMLMsgsRs></QBXML>"#;
    let set = answers(xml).unwrap();
    assert_eq!(
        set.answers[0].unreadable,
        [
            ObjectError::Missing { record: "ClassRet".into(), field: "ListID" },
            ObjectError::Value { field: "IsActive".into(), wanted: "true or false" },
        ]
    );
    assert!(matches!(set.answers[0].objects.as_slice(), [Object::Class(class)] if class.list_id.as_str() == "2"));
    assert_eq!(set.answers[1].unreadable, [ObjectError::Value { field: "Balance".into(), wanted: "amount" }]);
}

#[test]
fn rates_are_rounded_to_five_decimals_and_amounts_never() {
    let item = |field: &str, value: &str| {
        let xml = format!(
            "<QBXML><QBXMLMsgsRs><ItemQueryRs statusCode=\"0\"><ItemInventoryRet><ListID>1</ListID>\
             <{field}>{value}</{field}></ItemInventoryRet></ItemQueryRs></QBXMLMsgsRs></QBXML>"
        );
        let mut set = answers(&xml).unwrap();
        set.answers.remove(0).objects.pop()
    };
    let Some(Object::ItemInventory(mug)) = item("AverageCost", "16.66666667") else { panic!() };
    assert_eq!(mug.average_cost.unwrap().value(), dec("16.66667"));
    assert_eq!(item("AverageCost", "12,50"), None);
    let amount = "<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode=\"0\"><CustomerRet><ListID>1</ListID>\
                  <Balance>16.667</Balance></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>";
    assert_eq!(answers(amount).unwrap().answers[0].unreadable.len(), 1);
}

#[test]
fn a_cut_off_answer_is_an_error_wherever_it_is_cut() {
    for file in ["sales_receipts_added.xml", "removals.xml", "nothing_stored.xml"] {
        let whole = corpus(file);
        let end = whole.rfind("</QBXML>").unwrap() + "</QBXML>".len();
        for cut in 0..end {
            if let Some(part) = whole.get(..cut) {
                assert!(answers(part).is_err(), "{file} cut at {cut} was taken for whole");
            }
        }
        assert!(answers(&whole[..end]).is_ok());
    }
}

#[test]
fn a_document_type_is_refused() {
    let xml = "<?xml version=\"1.0\"?><!DOCTYPE QBXML [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><QBXML>&x;</QBXML>";
    assert!(matches!(answers(xml), Err(ReadError::DocumentType)));
}

#[test]
fn an_entity_that_xml_does_not_define_is_refused() {
    let xml = "<QBXML><QBXMLMsgsRs><ClassQueryRs statusCode=\"0\"><ClassRet><Name>&nbsp;</Name></ClassRet>";
    assert!(matches!(answers(xml), Err(ReadError::Unexpected { .. })));
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("<QBXML><QBXMLMsgsRs><XRs statusCode=\"0\">{}", "<a>".repeat(100_000));
    assert!(matches!(answers(&deep), Err(ReadError::TooDeep)));
}

#[test]
fn what_is_no_answer_of_quickbooks_is_an_error() {
    for xml in ["", " ", "hello", "<html></html>", "<QBXML>text</QBXML>", "<QBXML></QBXMLx>"] {
        assert!(answers(xml).is_err(), "{xml}");
    }
    let no_code = "<QBXML><QBXMLMsgsRs><ClassQueryRs requestID=\"1\"/></QBXMLMsgsRs></QBXML>";
    assert!(matches!(answers(no_code), Err(ReadError::Unexpected { .. })));
}

#[test]
fn a_byte_order_mark_and_white_space_around_the_answer_do_no_harm() {
    let plain = corpus("payments.xml");
    let marked = format!("\u{feff}{plain}\n\n");
    assert_eq!(answers(&marked).unwrap(), answers(&plain).unwrap());
}

#[test]
fn after_an_error_nothing_more_is_read() {
    let mut reader = Reader::new("<QBXML><QBXMLMsgsRs></wrong>".as_bytes());
    assert!(matches!(reader.next(), Ok(Some(Event::MessageSet { .. }))));
    assert!(reader.next().is_err());
    assert!(matches!(reader.next(), Ok(None)));
}

#[test]
fn what_is_added_is_what_is_read_back() {
    use qbxml::{
        Amount, CustomerAdd, LineRate, MessageSet, MessageSetId, Price, Quantity, Recovery, Ref, RequestId,
        SalesReceiptAdd, SalesReceiptLineAdd,
    };
    let receipt = SalesReceiptAdd {
        customer_ref: Some(Ref::name("Zoë & Söhne <B2B>")),
        txn_date: Some(date(2026, 7, 1)),
        ref_number: Some("#1001".into()),
        memo: Some("it's \"quoted\" & <tagged>".into()),
        sales_receipt_line_add: vec![SalesReceiptLineAdd {
            item_ref: Some(Ref::Id("80000012-1466000001".into())),
            quantity: Some(Quantity::new(dec("1.5")).unwrap()),
            rate: Some(LineRate::Rate(Price::new(dec("0.00001")).unwrap())),
            amount: Some(Amount::new(dec("-0.10")).unwrap()),
            ..SalesReceiptLineAdd::default()
        }],
        ..SalesReceiptAdd::default()
    };
    let customer = CustomerAdd { name: "Zoë & Söhne <B2B>".into(), ..CustomerAdd::default() };
    let set = MessageSet {
        requests: vec![
            (RequestId::new("1").unwrap(), customer.clone().into()),
            (RequestId::new("2").unwrap(), receipt.clone().into()),
        ],
        recovery: Recovery::New(MessageSetId::new("s").unwrap()),
        ..MessageSet::default()
    };
    let answer = set
        .to_xml()
        .unwrap()
        .replace("QBXMLMsgsRq", "QBXMLMsgsRs")
        .replace("AddRq requestID", "AddRs statusCode=\"0\" requestID")
        .replace("AddRq>", "AddRs>")
        .replace("<CustomerAdd>", "<CustomerRet><ListID>7</ListID>")
        .replace("</CustomerAdd>", "</CustomerRet>")
        .replace("<SalesReceiptAdd>", "<SalesReceiptRet><TxnID>8</TxnID>")
        .replace("</SalesReceiptAdd>", "</SalesReceiptRet>")
        .replace("<SalesReceiptLineAdd>", "<SalesReceiptLineRet><TxnLineID>9</TxnLineID>")
        .replace("</SalesReceiptLineAdd>", "</SalesReceiptLineRet>");
    let set = answers(&answer).unwrap();
    let (Object::Customer(named), Object::SalesReceipt(read)) = (only(&set.answers[0]), only(&set.answers[1])) else {
        panic!("{set:?}")
    };
    assert_eq!(named.name.as_ref(), Some(&customer.name));
    assert_eq!(read.memo, receipt.memo);
    assert_eq!(read.txn_date, receipt.txn_date);
    assert_eq!(read.ref_number, receipt.ref_number);
    let (line, asked) = (&read.sales_receipt_line_ret[0], &receipt.sales_receipt_line_add[0]);
    assert_eq!((line.quantity, line.amount), (asked.quantity, asked.amount));
    assert_eq!(line.rate.map(LineRate::Rate), asked.rate);
}
