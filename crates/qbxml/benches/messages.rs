//! How long it takes to write what is posted and to read what QuickBooks answers. The data are made up, the same each time.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{fmt::Write as _, hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use qbxml::{
    Address, Amount, Event, MessageSet, MessageSetId, Object, Price, Quantity, Reader, Recovery, Ref, RequestId,
    SalesReceiptAdd, SalesReceiptLineAdd, text,
};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

const SEED: u64 = 20_260_401;
const RECEIPTS: usize = 1_000;
const CUSTOMERS: usize = 4_359;

const NAMES: [&str; 8] =
    ["Zoë Müller", "Ann Smith", "José Ñuñez", "Brock & Sons", "Li Wei", "Øyvind Lie", "Eve Hart", "Al Gore"];
const STREETS: [&str; 4] =
    ["12 Main Street", "Rue de l'Église 4", "800 Larch Avenue, Apartment 12B", "Bahnhofstraße 7"];
const ITEMS: [&str; 4] = ["Mugs:Blue", "Scarves:Wool:Red", "Gift card", "Tea"];

fn pick<'a>(random: &mut ChaCha8Rng, from: &[&'a str]) -> &'a str {
    from.choose(random).copied().unwrap()
}

fn line(random: &mut ChaCha8Rng) -> SalesReceiptLineAdd {
    let quantity = random.random_range(1..5_i64);
    let price = random.random_range(100..20_000_i64);
    SalesReceiptLineAdd {
        item_ref: Some(Ref::name(pick(random, &ITEMS))),
        desc: Some("Stoneware mug, blue glaze, 350 ml".to_owned()),
        quantity: Some(Quantity::new(quantity.into()).unwrap()),
        rate: Some(qbxml::LineRate::Rate(Price::new(Decimal::new(price, 2)).unwrap())),
        amount: Some(Amount::new(Decimal::new(price * quantity, 2)).unwrap()),
        sales_tax_code_ref: Some(Ref::name("Tax")),
        ..SalesReceiptLineAdd::default()
    }
}

fn receipt(random: &mut ChaCha8Rng, number: usize) -> SalesReceiptAdd {
    let name = pick(random, &NAMES);
    let address = Address {
        addr1: Some(name.to_owned()),
        addr2: Some(pick(random, &STREETS).to_owned()),
        city: Some("Burlington".to_owned()),
        state: Some("VT".to_owned()),
        postal_code: Some("05401".to_owned()),
        ..Address::default()
    };
    SalesReceiptAdd {
        customer_ref: Some(Ref::name(format!("{name} {number}"))),
        txn_date: Some(date(2026, 3, 29)),
        ref_number: Some(format!("#{number}")),
        bill_address: Some(address.clone()),
        ship_address: Some(address),
        payment_method_ref: Some(Ref::name("Shopify Payments")),
        memo: Some(text::fit("Order made up for the bench – paid by card", qbxml::limits::MEMO)),
        deposit_to_account_ref: Some(Ref::name("Shopify clearing")),
        sales_receipt_line_add: (0..random.random_range(2..6)).map(|_| line(random)).collect(),
        ..SalesReceiptAdd::default()
    }
}

fn receipts() -> MessageSet {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    MessageSet {
        requests: (0..RECEIPTS)
            .map(|number| (RequestId::new(&number.to_string()).unwrap(), receipt(&mut random, number).into()))
            .collect(),
        recovery: Recovery::New(MessageSetId::new("bench").unwrap()),
        ..MessageSet::default()
    }
}

fn address(xml: &mut String, element: &str, random: &mut ChaCha8Rng) {
    let street = pick(random, &STREETS);
    write!(
        xml,
        "<{element}>\n<Addr1>{street}</Addr1>\n<City>Burlington</City>\n<State>VT</State>\n\
         <PostalCode>05401</PostalCode>\n<Country>USA</Country>\n</{element}>\n<{element}Block>\n<Addr1>{street}</Addr1>\n\
         <Addr2>Burlington, VT 05401</Addr2>\n<Addr3>USA</Addr3>\n</{element}Block>\n"
    )
    .unwrap();
}

/// An answer of 5 MB, in the manner of QuickBooks: one element a line.
fn customers() -> String {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut xml = String::from(
        "<?xml version=\"1.0\" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerQueryRs requestID=\"1\" statusCode=\"0\" \
         statusSeverity=\"Info\" statusMessage=\"Status OK\">\n",
    );
    for number in 0..CUSTOMERS {
        let name = pick(&mut random, &NAMES).replace('&', "&amp;");
        write!(
            xml,
            "<CustomerRet>\n<ListID>{number:08X}-1782921959</ListID>\n<TimeCreated>2026-03-29T10:15:00-05:00</TimeCreated>\n\
             <TimeModified>2026-03-30T08:01:12-05:00</TimeModified>\n<EditSequence>1782921959</EditSequence>\n\
             <Name>{name} {number}</Name>\n<FullName>{name} {number}</FullName>\n<IsActive>true</IsActive>\n\
             <Sublevel>0</Sublevel>\n<FirstName>{name}</FirstName>\n"
        )
        .unwrap();
        address(&mut xml, "BillAddress", &mut random);
        address(&mut xml, "ShipAddress", &mut random);
        let cents = random.random_range(-50_000..500_000_i64);
        write!(
            xml,
            "<Phone>+1 802 555 0{number:04}</Phone>\n<Email>customer.{number}@example.com</Email>\n\
             <TermsRef>\n<ListID>80000001-1700000000</ListID>\n<FullName>Net 30</FullName>\n</TermsRef>\n\
             <Balance>{balance}</Balance>\n<TotalBalance>{balance}</TotalBalance>\n\
             <SalesTaxCodeRef>\n<ListID>80000001-1700000001</ListID>\n<FullName>Tax</FullName>\n</SalesTaxCodeRef>\n\
             <JobStatus>None</JobStatus>\n<PreferredDeliveryMethod>None</PreferredDeliveryMethod>\n</CustomerRet>\n",
            balance = Amount::new(Decimal::new(cents, 2)).unwrap()
        )
        .unwrap();
    }
    xml.push_str("</CustomerQueryRs>\n</QBXMLMsgsRs>\n</QBXML>\n");
    xml
}

fn count_customers(xml: &str) -> usize {
    let mut reader = Reader::new(xml.as_bytes());
    let mut count = 0;
    while let Some(event) = reader.next().unwrap() {
        if let Event::Object(Object::Customer(customer)) = event {
            count += 1;
            black_box(customer);
        }
    }
    count
}

fn benches(criterion: &mut Criterion) {
    let set = receipts();
    criterion.bench_function("write and check 1,000 sales receipts", |bench| {
        bench.iter(|| black_box(&set).to_xml().unwrap());
    });

    let xml = customers();
    assert_eq!(count_customers(&xml), CUSTOMERS);
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Bytes(xml.len() as u64));
    group.bench_function("an answer of 4,359 customers", |bench| bench.iter(|| count_customers(black_box(&xml))));
    group.finish();
}

criterion_group! {
    name = messages;
    config = Criterion::default().sample_size(50).measurement_time(Duration::from_secs(5));
    targets = benches
}
criterion_main!(messages);
