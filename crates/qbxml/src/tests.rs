//! Tests over all forms at once: golden files, Intuit's schema, and made-up contents.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use jiff::civil::date;
use proptest::prelude::*;

use crate::{
    Invalid, MessageSet, MessageSetId, Problem, Recovery, Request, RequestId, SalesReceiptAdd, SalesReceiptLineAdd,
    sample::Maker, text,
};

const VARIANTS: usize = 4;

fn set_of(requests: Vec<Request>) -> MessageSet {
    MessageSet {
        requests: requests
            .into_iter()
            .enumerate()
            .map(|(index, request)| (RequestId::new(&(index + 1).to_string()).unwrap(), request))
            .collect(),
        recovery: Recovery::New(MessageSetId::new("AZ3vQm9hT0mPqk1x2yC4dA").unwrap()),
        ..MessageSet::default()
    }
}

/// Every request in every shape.
static ALL: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let makers = (0..VARIANTS).flat_map(|variant| [false, true].map(|longest| Maker { variant, longest }));
    makers.flat_map(Request::samples).collect()
});

/// The elements one below the other.
fn readable(xml: &str) -> String {
    xml.replace("><", ">\n<")
}

#[test]
fn every_form_is_written_as_its_golden_file_has_it() {
    for request in Request::samples(Maker { variant: 0, longest: false }) {
        let name = request.name();
        let xml = set_of(vec![request]).to_xml().unwrap();
        insta::assert_snapshot!(name, readable(&xml));
    }
}

#[test]
fn every_request_of_every_shape_is_valid_by_intuits_own_schema() {
    let Some(schemas) = schemas() else { return };
    let folder = tempfile::tempdir().unwrap();
    validate(&mended(&schemas.join("xsd-13.0"), folder.path()), Request::samples);
}

#[test]
fn every_request_of_every_shape_is_valid_by_the_reference_of_16_0() {
    let Some(schemas) = schemas() else { return };
    validate(&schemas.join("xsd-16.0-derived/qbxmlops160_us_derived.xsd"), |maker| {
        let mut requests = Request::samples(maker);
        for request in &mut requests {
            // Bills and vendor credits share their lines, but a vendor credit's has no `LinkToTxn` in QuickBooks Desktop.
            if let Request::VendorCreditAdd(credit) = request {
                credit.item_line_add.iter_mut().for_each(|line| line.link_to_txn = None);
            }
        }
        requests
    });
}

/// Asserts that a schema takes the requests, in every shape.
fn validate(schema: &Path, samples: impl Fn(Maker) -> Vec<Request>) {
    let folder = tempfile::tempdir().unwrap();
    let mut sets = Vec::new();
    for variant in 0..VARIANTS {
        for longest in [false, true] {
            sets.push((format!("variant-{variant}-{longest}"), set_of(samples(Maker { variant, longest }))));
        }
    }
    for (name, recovery) in [
        ("ask", Recovery::Ask(MessageSetId::new("a").unwrap())),
        ("forget", Recovery::Forget(MessageSetId::new("a").unwrap())),
    ] {
        sets.push((name.to_owned(), MessageSet { recovery, ..MessageSet::default() }));
    }
    let files = sets.into_iter().map(|(name, set)| {
        let file = folder.path().join(name).with_extension("xml");
        std::fs::write(&file, set.to_xml().unwrap()).unwrap();
        file
    });
    let output = Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Intuit's schemas, when they and xmllint are there.
fn schemas() -> Option<PathBuf> {
    let Some(schemas) = std::env::var_os("QBXML_SCHEMAS") else {
        tell("skipped: QBXML_SCHEMAS is not set");
        return None;
    };
    if Command::new("xmllint").arg("--version").output().is_err() {
        tell("skipped: xmllint is not installed");
        return None;
    }
    Some(PathBuf::from(schemas).join("quickbooks"))
}

/// A copy of Intuit's 13.0 schema that lets a `ValueAdjustment` name a value. As published it allows none (`maxOccurs="0"`, the
/// only such bound). Intuit's reference has had the value from the start and the difference since 10.0 (PROTOCOL.md,
/// `InventoryAdjustmentAddRq`), and the other test holds the requests against that as it is. No QuickBooks was asked.
fn mended(schema: &Path, folder: &Path) -> PathBuf {
    const NO_VALUE: &str = r#"<xsd:choice minOccurs="0" maxOccurs="0">"#;
    let mut found = 0;
    for file in std::fs::read_dir(schema).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        found += text.matches(NO_VALUE).count();
        std::fs::write(folder.join(file.file_name()), text.replace(NO_VALUE, r#"<xsd:choice minOccurs="0">"#)).unwrap();
    }
    assert_eq!(found, 1, "the schema is another one than it was");
    folder.join("qbxmlops130_official.xsd")
}

#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn tell(what: &str) {
    eprintln!("{what}");
}

#[test]
fn every_form_comes_back_from_json_as_it_was() {
    for request in ALL.iter() {
        let json = serde_json::to_string(request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), *request);
    }
}

#[test]
fn an_add_never_has_an_empty_element_and_a_mod_only_where_it_clears() {
    for request in ALL.iter() {
        let name = request.name();
        let clears = serde_json::to_string(request).unwrap().matches("\"clear\"").count();
        let xml = set_of(vec![request.clone()]).to_xml().unwrap();
        let empty = readable(&xml).lines().collect::<Vec<_>>().windows(2).filter(|pair| opens_and_closes(pair)).count();
        assert_eq!(empty, clears, "{name}: {xml}");
        assert!(clears == 0 || name.ends_with("Mod"), "{name}");
    }
}

fn opens_and_closes(lines: &[&str]) -> bool {
    matches!(lines, [first, second] if !first.contains("</") && second.strip_prefix("</") == first.strip_prefix('<'))
}

#[test]
fn a_form_without_contents_is_refused_unless_it_is_a_query() {
    let empty = vec![
        Request::from(crate::CustomerAdd::default()),
        crate::AccountAdd::default().into(),
        crate::ItemServiceAdd::default().into(),
        SalesReceiptAdd::default().into(),
        crate::InvoiceAdd::default().into(),
        crate::ReceivePaymentAdd::default().into(),
        crate::SalesReceiptMod::default().into(),
        crate::SalesOrderAdd::default().into(),
        crate::CreditMemoAdd::default().into(),
        crate::ARRefundCreditCardAdd::default().into(),
        crate::CheckAdd::default().into(),
        crate::DepositAdd::default().into(),
        crate::JournalEntryAdd::default().into(),
        crate::InventoryAdjustmentAdd::default().into(),
        crate::VendorAdd::default().into(),
        crate::PurchaseOrderAdd::default().into(),
        crate::ItemReceiptAdd::default().into(),
        crate::BillAdd::default().into(),
        crate::VendorCreditAdd::default().into(),
        crate::TransferInventoryAdd::default().into(),
        crate::StandardTermsAdd::default().into(),
        crate::ListMerge::default().into(),
        crate::DataExtAdd::default().into(),
        crate::TxnVoid::default().into(),
        crate::TxnDel::default().into(),
        crate::ListDel::default().into(),
    ];
    for request in empty {
        assert!(request.check().is_err(), "{request:?}");
    }
    assert_eq!(Request::from(crate::CustomerQuery::default()).check(), Ok(()));
    assert_eq!(Request::from(crate::HostQuery::default()).check(), Ok(()));
    // These ask for nothing unless they say of what kind it is.
    assert!(Request::from(crate::CustomDetailReportQuery::default()).check().is_err());
    assert!(Request::from(crate::TxnDeletedQuery::default()).check().is_err());
}

#[test]
fn an_error_names_the_request_and_the_path_of_the_field() {
    let receipt = SalesReceiptAdd {
        ref_number: Some("#1001-long-name".into()),
        sales_receipt_line_add: vec![
            SalesReceiptLineAdd { desc: Some("fine".into()), ..Default::default() },
            SalesReceiptLineAdd {
                desc: Some("x".repeat(4096)),
                item_ref: Some(crate::Ref::name("Mug \u{1f375}")),
                ..Default::default()
            },
        ],
        ..Default::default()
    };
    let errors = Request::from(receipt).check().unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "SalesReceiptAdd: RefNumber has 15 characters, and may have 11",
            "SalesReceiptAdd: SalesReceiptLineAdd[2]/ItemRef/FullName has a character that QuickBooks can't hold (U+1F375)",
            "SalesReceiptAdd: SalesReceiptLineAdd[2]/Desc has 4096 characters, and may have 4095",
        ]
    );
}

#[test]
fn a_payment_is_applied_by_quickbooks_or_by_us_never_both_nor_neither() {
    let payment = crate::ReceivePaymentAdd { customer_ref: crate::Ref::name("Zoë"), ..Default::default() };
    let problem =
        |payment: crate::ReceivePaymentAdd| Request::from(payment).check().map_err(|mut all| all.remove(0).problem);
    assert_eq!(problem(payment.clone()), Err(Problem::NoneOf));
    let told = Request::from(payment.clone()).check().unwrap_err()[0].to_string();
    assert_eq!(told, "ReceivePaymentAdd: IsAutoApply | AppliedToTxnAdd one of these must be given");
    let automatic = crate::ReceivePaymentAdd { is_auto_apply: Some(true), ..payment };
    assert_eq!(problem(automatic.clone()), Ok(()));
    let applied = crate::AppliedToTxnAdd { txn_id: "1-2".into(), ..Default::default() };
    let both = crate::ReceivePaymentAdd { applied_to_txn_add: vec![applied], ..automatic };
    assert_eq!(problem(both), Err(Problem::SeveralOf));
}

#[test]
fn a_quantity_is_adjusted_to_a_new_one_or_by_a_difference_never_both_nor_neither() {
    let adjusted = |new_quantity, quantity_difference| {
        let line = crate::InventoryAdjustmentLineAdd {
            item_ref: crate::Ref::name("Mugs:Blue"),
            change: crate::StockChange::Quantity(crate::QuantityAdjustment {
                new_quantity,
                quantity_difference,
                ..Default::default()
            }),
        };
        Request::from(crate::InventoryAdjustmentAdd {
            account_ref: crate::Ref::name("Shrinkage"),
            inventory_adjustment_line_add: vec![line],
            ..Default::default()
        })
        .check()
        .is_ok()
    };
    let one = Some(crate::Quantity::default());
    assert!(adjusted(one, None) && adjusted(None, one));
    assert!(!adjusted(one, one) && !adjusted(None, None));
}

#[test]
fn debits_and_credits_are_written_in_the_order_of_the_entry() {
    let line =
        |account: &str| crate::JournalLine { account_ref: Some(crate::Ref::name(account)), ..Default::default() };
    let entry = crate::JournalEntryAdd {
        journal_line_add: vec![
            crate::JournalLineAdd::Credit(line("Sales")),
            crate::JournalLineAdd::Debit(line("Clearing")),
            crate::JournalLineAdd::Credit(line("Shipping")),
        ],
        ..Default::default()
    };
    let xml = set_of(vec![entry.into()]).to_xml().unwrap();
    let lines = readable(&xml);
    let sides: Vec<_> = lines.lines().filter(|line| line.starts_with("<Journal") && line.ends_with("Line>")).collect();
    assert_eq!(sides, ["<JournalCreditLine>", "<JournalDebitLine>", "<JournalCreditLine>"]);
}

#[test]
fn an_iterator_needs_a_filter_with_a_maximum() {
    let mut query = crate::ItemQuery { iterator: Some(crate::Iterator::Start), ..Default::default() };
    assert!(Request::from(query.clone()).check().is_err());
    query.select = crate::ListSelect::Filter(crate::ListFilter { max_returned: Some(500), ..Default::default() });
    assert_eq!(Request::from(query.clone()).check(), Ok(()));
    query.select = crate::ListSelect::Ids(vec!["1-2".into()]);
    assert!(Request::from(query).check().is_err());
}

#[test]
fn a_query_for_no_keys_is_refused_because_it_would_ask_for_everything() {
    let query = crate::InvoiceQuery { select: crate::TxnSelect::Ids(Vec::new()), ..Default::default() };
    assert!(Request::from(query).check().is_err());
}

#[test]
fn only_dates_that_quickbooks_knows_are_sent() {
    let dated = |day| {
        let receipt =
            crate::InvoiceAdd { customer_ref: crate::Ref::name("A"), txn_date: Some(day), ..Default::default() };
        Request::from(receipt).check().is_ok()
    };
    assert!(dated(date(1970, 1, 1)) && dated(date(2038, 1, 19)));
    assert!(!dated(date(1969, 12, 31)) && !dated(date(2038, 1, 20)));
}

#[test]
fn a_set_that_writes_must_have_an_id_and_requests_must_differ_in_theirs() {
    let class = || Request::from(crate::ClassAdd { name: "Shop".into(), ..Default::default() });
    let id = || RequestId::new("7").unwrap();
    let mut set = MessageSet { requests: vec![(id(), class())], ..MessageSet::default() };
    assert_eq!(set.to_xml(), Err(Invalid::WritesWithoutId { request: "ClassAdd" }));
    set.recovery = Recovery::New(MessageSetId::new("s").unwrap());
    assert!(set.to_xml().is_ok());
    set.requests.push((id(), class()));
    assert_eq!(set.to_xml(), Err(Invalid::SameRequestId(id())));
    set.recovery = Recovery::Ask(MessageSetId::new("s").unwrap());
    assert_eq!(set.to_xml(), Err(Invalid::AsksWithRequests));
    assert_eq!(MessageSet::default().to_xml(), Err(Invalid::NoRequests));
}

#[test]
fn recovery_is_written_as_quickbooks_wants_it() {
    let id = |text| MessageSetId::new(text).unwrap();
    let head = |recovery: Recovery| {
        let requests = match recovery {
            Recovery::Ask(_) | Recovery::Forget(_) => Vec::new(),
            _ => vec![(RequestId::new("1").unwrap(), crate::HostQuery::default().into())],
        };
        let xml = MessageSet { requests, recovery, ..MessageSet::default() }.to_xml().unwrap();
        let start = xml.find("<QBXMLMsgsRq").unwrap();
        let end = start + xml[start..].find('>').unwrap();
        xml[start..=end].to_owned()
    };
    assert_eq!(head(Recovery::None), r#"<QBXMLMsgsRq onError="continueOnError">"#);
    assert_eq!(head(Recovery::New(id("b"))), r#"<QBXMLMsgsRq onError="continueOnError" newMessageSetID="b">"#);
    assert_eq!(
        head(Recovery::NewAfter { new: id("b"), clear: id("a") }),
        r#"<QBXMLMsgsRq onError="continueOnError" newMessageSetID="b" oldMessageSetID="a">"#
    );
    assert_eq!(
        head(Recovery::Ask(id("a"))),
        r#"<QBXMLMsgsRq onError="continueOnError" newMessageSetID="a" oldMessageSetID="a">"#
    );
    assert_eq!(head(Recovery::Forget(id("a"))), r#"<QBXMLMsgsRq onError="continueOnError" oldMessageSetID="a">"#);
}

#[test]
fn a_uuid_is_too_long_for_a_message_set() {
    assert!(MessageSetId::new("01234567-89ab-cdef-0123-456789abcdef").is_err());
    assert!(MessageSetId::new(&"x".repeat(23)).is_ok() && MessageSetId::new(&"x".repeat(24)).is_err());
    assert!(RequestId::new(&"x".repeat(50)).is_ok() && RequestId::new(&"x".repeat(51)).is_err());
    assert!(RequestId::new("").is_err() && RequestId::new("é").is_err() && RequestId::new("a\n").is_err());
}

/// Puts other texts in place of those of a request.
fn retext(value: &mut serde_json::Value, texts: &[String], next: &mut usize) {
    match value {
        serde_json::Value::String(text) => {
            *text = texts[*next % texts.len()].clone();
            *next += 1;
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| retext(value, texts, next)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|value| retext(value, texts, next)),
        _ => {}
    }
}

/// Reads the document to its end and says how many elements it has.
fn elements(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut count = 0;
    let mut depth = 0_i32;
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Start(_) => {
                count += 1;
                depth += 1;
            }
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    count
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_passes_the_check_is_written_as_well_formed_ascii(
        kind in any::<prop::sample::Index>(),
        texts in prop::collection::vec("[ -~\u{80}-\u{17f}\u{1f300}-\u{1f310}\u{0}-\u{1f}]{0,40}", 1..12),
        fitted in any::<bool>(),
    ) {
        let sample = kind.get(&ALL);
        let texts: Vec<String> =
            if fitted { texts.iter().map(|made| text::fit(made, 11)).collect() } else { texts };
        let customer = crate::CustomerAdd {
            name: texts[0].clone(),
            notes: texts.last().cloned(),
            company_name: texts.get(1).cloned(),
            ..Default::default()
        };
        let mut json = serde_json::to_value(sample).unwrap();
        retext(&mut json, &texts, &mut 0);
        let made: Vec<Request> = serde_json::from_value(json).ok().into_iter().chain([customer.into()]).collect();
        for request in made {
            let passes = request.check().is_ok();
            match set_of(vec![request]).to_xml() {
                Ok(xml) => {
                    prop_assert!(passes);
                    prop_assert!(xml.bytes().all(|byte| matches!(byte, b' '..=b'~')));
                    prop_assert!(elements(&xml) >= 3);
                }
                Err(_) => prop_assert!(!passes),
            }
        }
    }
}
