//! Short ways to talk to a company in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rust_decimal::Decimal;
use simulator::company::{Company, Edition, Setup};

/// A company in a folder that lives as long as the test, with a clock that goes one second a call.
pub struct Desk {
    pub company: Company,
    folder: tempfile::TempDir,
    clock: Arc<AtomicI64>,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(Setup::new(Edition::Pro))
    }

    pub fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_782_000_000));
        let mut company = Company::create_with_clock(&folder.path().join("a.simqb"), setup, ticking(&clock)).unwrap();
        company.set_durable(false);
        Self { company, folder, clock }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.simqb")
    }

    /// Drops the company and opens its file again.
    pub fn reopen(self) -> Self {
        let Self { company, folder, clock } = self;
        drop(company);
        let mut company = Company::open_with_clock(&folder.path().join("a.simqb"), ticking(&clock)).unwrap();
        company.set_durable(false);
        Self { company, folder, clock }
    }

    /// Sends requests in one set that goes on after errors; gives the answer document.
    pub fn ask(&mut self, requests: &str) -> String {
        self.company.process(&document(r#"onError="continueOnError""#, requests)).unwrap()
    }

    /// Sends one request that must succeed.
    pub fn done(&mut self, request: &str) -> String {
        let answer = self.ask(request);
        assert!(
            answer.contains(r#"statusCode="0""#) && !answer.contains(r#"statusSeverity="Error""#),
            "{request}\n{answer}"
        );
        answer
    }

    /// The status code of one request.
    pub fn status(&mut self, request: &str) -> u16 {
        code(&self.ask(request))
    }

    pub fn balance(&self, account: &str) -> Decimal {
        self.company.trial_balance()[account]
    }

    /// What a small shop has: customers, items of all types, a tax agency.
    pub fn stocked() -> Self {
        let mut desk = Self::new();
        desk.stock_up();
        desk
    }

    pub fn stock_up(&mut self) {
        for name in ["Ada", "Bob"] {
            self.done(&add("Customer", &format!("<Name>{name}</Name>")));
        }
        self.done(&add("Vendor", "<Name>State of New York</Name>"));
        self.done(&add("Class", "<Name>Main Street</Name>"));
        self.done(&add(
            "ItemInventory",
            "<Name>Widget</Name><SalesDesc>A widget</SalesDesc><SalesPrice>50</SalesPrice>\
             <IncomeAccountRef><FullName>Merchandise Sales</FullName></IncomeAccountRef><PurchaseCost>20</PurchaseCost>\
             <COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>\
             <AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef>\
             <QuantityOnHand>10</QuantityOnHand><TotalValue>200.00</TotalValue>",
        ));
        for (name, account) in
            [("Shipping", "Shipping Income"), ("Tip", "Employee Tips Payable"), ("Gift Card", "Gift Cards Outstanding")]
        {
            self.done(&add(
                "ItemOtherCharge",
                &format!(
                    "<Name>{name}</Name><SalesOrPurchase><AccountRef><FullName>{account}</FullName></AccountRef></SalesOrPurchase>"
                ),
            ));
        }
        self.done(&add(
            "ItemDiscount",
            "<Name>Discount</Name><AccountRef><FullName>Sales Discounts</FullName></AccountRef>",
        ));
        self.done(&add("ItemSubtotal", "<Name>Subtotal</Name>"));
        self.done(&add("ItemPayment", "<Name>Paid by card</Name>"));
        self.done(&add(
            "ItemSalesTax",
            "<Name>NY State</Name><TaxRate>4</TaxRate><TaxVendorRef><FullName>State of New York</FullName></TaxVendorRef>",
        ));
    }
}

fn ticking(clock: &Arc<AtomicI64>) -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let clock = Arc::clone(clock);
    move || Timestamp::from_second(clock.fetch_add(1, Ordering::SeqCst)).unwrap()
}

pub fn document(attributes: &str, requests: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?qbxml version=\"13.0\"?>\n<QBXML><QBXMLMsgsRq {attributes}>{requests}</QBXMLMsgsRq></QBXML>"
    )
}

pub fn add(kind: &str, fields: &str) -> String {
    format!(r#"<{kind}AddRq requestID="1"><{kind}Add>{fields}</{kind}Add></{kind}AddRq>"#)
}

pub fn modify(kind: &str, fields: &str) -> String {
    format!(r#"<{kind}ModRq requestID="1"><{kind}Mod>{fields}</{kind}Mod></{kind}ModRq>"#)
}

/// A Mod of an object as its last answer told it.
pub fn modify_answered(kind: &str, answer: &str, fields: &str) -> String {
    let (id, sequence) = (text(answer, "TxnID"), text(answer, "EditSequence"));
    modify(kind, &format!("<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence>{fields}"))
}

pub fn void(kind: &str, id: &str) -> String {
    format!("<TxnVoidRq><TxnVoidType>{kind}</TxnVoidType><TxnID>{id}</TxnID></TxnVoidRq>")
}

pub fn delete(kind: &str, id: &str) -> String {
    format!("<TxnDelRq><TxnDelType>{kind}</TxnDelType><TxnID>{id}</TxnID></TxnDelRq>")
}

/// One transaction with its lines, and with its links where its query can tell them.
pub fn look(kind: &str, id: &str) -> String {
    let linked =
        ["Invoice", "CreditMemo", "Check", "SalesOrder", "PurchaseOrder", "ItemReceipt", "Bill", "VendorCredit"];
    let linked = linked.contains(&kind);
    let linked = if linked { "<IncludeLinkedTxns>true</IncludeLinkedTxns>" } else { "" };
    format!("<{kind}QueryRq><TxnID>{id}</TxnID><IncludeLineItems>true</IncludeLineItems>{linked}</{kind}QueryRq>")
}

/// The first status code of an answer.
pub fn code(answer: &str) -> u16 {
    attribute(answer, "statusCode").parse().unwrap()
}

pub fn attribute(answer: &str, name: &str) -> String {
    let start = answer.find(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {answer}"));
    answer[start + name.len() + 2..].split('"').next().unwrap().to_owned()
}

/// The text of the first element of this name.
pub fn text(answer: &str, name: &str) -> String {
    texts(answer, name).into_iter().next().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

pub fn texts(answer: &str, name: &str) -> Vec<String> {
    answer.split(&format!("<{name}>")).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// A sales-receipt or invoice line.
pub fn line(kind: &str, item: &str, rest: &str) -> String {
    format!("<{kind}LineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{rest}</{kind}LineAdd>")
}

/// A line of a bill, an item receipt or a vendor credit.
pub fn bought(item: &str, rest: &str) -> String {
    format!("<ItemLineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{rest}</ItemLineAdd>")
}

pub fn spent(account: &str, amount: &str) -> String {
    format!(
        "<ExpenseLineAdd><AccountRef><FullName>{account}</FullName></AccountRef><Amount>{amount}</Amount></ExpenseLineAdd>"
    )
}

/// What `Acme` sells us, as a document of this kind.
pub fn from_acme(kind: &str, lines: &str) -> String {
    add(kind, &format!("<VendorRef><FullName>Acme</FullName></VendorRef>{lines}"))
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}
