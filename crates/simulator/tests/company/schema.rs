use std::process::Command;

use simulator::company::{Edition, Setup};

use crate::support::{
    Desk, add, bought, delete, document, from_acme, line, look, modify, modify_answered, spent, text, texts, void,
};

#[test]
fn a_document_that_breaks_the_schema_is_refused_as_a_whole() {
    let mut desk = Desk::new();
    let good = add("Customer", "<Name>A</Name>");
    let set = |requests: &str| document(r#"onError="continueOnError""#, requests);
    let hresult = |desk: &mut Desk, document: &str| desk.company.process(document).unwrap_err().hex();
    let wrong_order = add("Customer", "<Name>B</Name><Phone>1</Phone><CompanyName>C</CompanyName>");
    assert_eq!(hresult(&mut desk, &set(&(good.clone() + &wrong_order))), "0x80040400");
    assert_eq!(hresult(&mut desk, &set("<NoSuchRq/>")), "0x80040400");
    assert_eq!(hresult(&mut desk, &set(&good.replace("requestID", "id"))), "0x80040400");
    assert_eq!(hresult(&mut desk, &set("<CustomerAddRq>")), "0x80040400");
    assert_eq!(hresult(&mut desk, &set(&add("Customer", "<Name>\u{4e2d}</Name>"))), "0x80040400");
    assert_eq!(hresult(&mut desk, &document("", &good)), "0x80040400");
    assert_eq!(hresult(&mut desk, &document(r#"onError="rollbackOnError""#, &good)), "0x80040413");
    assert_eq!(hresult(&mut desk, &set(&good).replace("<?qbxml version=\"13.0\"?>", "")), "0x80040423");
    assert_eq!(hresult(&mut desk, &set(&good).replace("13.0", "99.0")), "0x80040428");
    assert!(desk.company.names("Customer").is_empty(), "nothing of a refused document is carried out");
}

#[test]
fn wrong_values_fail_their_own_request_only() {
    let mut desk = Desk::stocked();
    let requests = [
        add("SalesReceipt", &line("SalesReceipt", "Tip", "<Amount>1.5</Amount>")),
        add("SalesReceipt", &line("SalesReceipt", "Tip", "<Quantity>1</Quantity><Rate>1.123456</Rate>")),
        add("SalesReceipt", &line("SalesReceipt", "Tip", "<Amount>1.50</Amount>")),
    ];
    let answer = desk.ask(&requests.concat());
    let codes: Vec<&str> = answer.split("statusCode=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(codes, ["3040", "3045", "0"]);
}

/// Validates documents against Intuit's schema, when it is there.
fn validate(documents: &[String]) {
    let Ok(folder) = std::env::var("QBXML_SCHEMAS") else {
        eprintln!("skipped: QBXML_SCHEMAS is not set");
        return;
    };
    let schema = std::path::Path::new(&folder).join("quickbooks/xsd-13.0/qbxmlops130_official.xsd");
    let files = tempfile::tempdir().unwrap();
    let mut xmllint = Command::new("xmllint");
    xmllint.args(["--noout", "--schema"]).arg(schema);
    for (index, document) in documents.iter().enumerate() {
        let file = files.path().join(format!("{index}.xml"));
        std::fs::write(&file, document).unwrap();
        xmllint.arg(file);
    }
    let output = xmllint.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A company whose every exchange is kept, to be judged at the end.
struct Witness {
    desk: Desk,
    documents: Vec<String>,
}

impl Witness {
    fn exchange(&mut self, requests: &str) -> String {
        let set = document(r#"onError="continueOnError""#, requests);
        let answer = self.desk.company.process(&set).unwrap();
        self.documents.extend([set, answer.clone()]);
        answer
    }
}

#[test]
fn requests_and_answers_are_valid_by_intuits_schema() {
    let mut witness = Witness { desk: Desk::stocked(), documents: Vec::new() };
    witness.exchange("<HostQueryRq><IncludeListMetaData><IncludeMaxCapacity>true</IncludeMaxCapacity></IncludeListMetaData></HostQueryRq>\
         <CompanyQueryRq/><PreferencesQueryRq/>",
    );
    let people = [
        add(
            "Customer",
            "<Name>Full</Name><CompanyName>C</CompanyName><BillAddress><Addr1>1</Addr1><City>X</City></BillAddress><Phone>1</Phone><TermsRef><FullName>Net 30</FullName></TermsRef>",
        ),
        add("Vendor", "<Name>Supplier</Name><VendorAddress><Addr1>1</Addr1></VendorAddress>"),
        add("PaymentMethod", "<Name>Shop Pay</Name><PaymentMethodType>OtherCreditCard</PaymentMethodType>"),
        add("StandardTerms", "<Name>Net 45</Name><StdDueDays>45</StdDueDays>"),
        add("SalesTaxCode", "<Name>Out</Name><IsTaxable>false</IsTaxable>"),
        add("ShipMethod", "<Name>Bike</Name>"),
        add("Account", "<Name>Till 2</Name><AccountType>Bank</AccountType><OpenBalance>5.00</OpenBalance>"),
        add("Customer", "<Name>full</Name>"),
    ];
    witness.exchange(&people.concat());
    let lists = [
        "Customer",
        "Vendor",
        "Account",
        "Class",
        "PaymentMethod",
        "StandardTerms",
        "SalesTaxCode",
        "ShipMethod",
        "Item",
        "ItemInventory",
        "ItemNonInventory",
        "ItemService",
        "ItemOtherCharge",
        "ItemDiscount",
        "ItemSalesTax",
        "ItemSubtotal",
        "ItemPayment",
        "Terms",
        "Entity",
    ];
    for list in lists {
        witness.exchange(&format!("<{list}QueryRq/>"));
    }
    witness.exchange("<ItemQueryRq iterator=\"Start\"><MaxReturned>2</MaxReturned></ItemQueryRq>");
    let sale = |kind: &str| {
        [
            line(kind, "Widget", "<Quantity>2</Quantity>"),
            line(kind, "Discount", "<Amount>-1.00</Amount>"),
            line(kind, "NY State", "<Amount>1.00</Amount>"),
        ]
        .concat()
    };
    let receipt = witness.exchange(&add(
        "SalesReceipt",
        &format!("<ClassRef><FullName>Main Street</FullName></ClassRef>{}", sale("SalesReceipt")),
    ));
    let invoice = witness
        .exchange(&add("Invoice", &format!("<CustomerRef><FullName>Ada</FullName></CustomerRef>{}", sale("Invoice"))));
    let invoice = text(&invoice, "TxnID");
    witness.exchange(&add(
            "ReceivePayment",
            &format!(
                "<CustomerRef><FullName>Ada</FullName></CustomerRef><TotalAmount>10.00</TotalAmount><AppliedToTxnAdd><TxnID>{invoice}</TxnID><PaymentAmount>10.00</PaymentAmount></AppliedToTxnAdd>"
            ),
        ),
    );
    for query in ["SalesReceipt", "Invoice", "ReceivePayment"] {
        witness.exchange(&format!("<{query}QueryRq><IncludeLineItems>true</IncludeLineItems></{query}QueryRq>"));
    }
    witness.exchange("<InvoiceQueryRq><IncludeLinkedTxns>true</IncludeLinkedTxns></InvoiceQueryRq>");
    witness_money(&mut witness, &sale);
    witness_purchases(&mut witness);
    let outdated = modify(
        "SalesReceipt",
        &format!("<TxnID>{}</TxnID><EditSequence>1</EditSequence><Memo>x</Memo>", text(&receipt, "TxnID")),
    );
    witness.exchange(&outdated);
    witness.exchange(&format!("<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{invoice}</TxnID></TxnVoidRq>"));
    witness.exchange(&format!("<TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>{invoice}</TxnID></TxnDelRq>"));
    witness.exchange("<TxnDeletedQueryRq><TxnDelType>Invoice</TxnDelType></TxnDeletedQueryRq>");
    let owner = "<OwnerID>{57F3B9B6-86F1-4FCC-B1FF-966DE1813D20}</OwnerID><DataExtName>Key</DataExtName>";
    let subject = "<ListDataExtType>Customer</ListDataExtType><ListObjRef><FullName>Ada</FullName></ListObjRef>";
    let data = [
        format!("<DataExtDefAddRq><DataExtDefAdd>{owner}<DataExtType>STR255TYPE</DataExtType><AssignToObject>Customer</AssignToObject></DataExtDefAdd></DataExtDefAddRq>"),
        format!("<DataExtAddRq><DataExtAdd>{owner}{subject}<DataExtValue>v</DataExtValue></DataExtAdd></DataExtAddRq>"),
        "<DataExtDefQueryRq/>".to_owned(),
        "<CustomerQueryRq><FullName>Ada</FullName><OwnerID>{57F3B9B6-86F1-4FCC-B1FF-966DE1813D20}</OwnerID></CustomerQueryRq>".to_owned(),
        format!("<DataExtDelRq><DataExtDel>{owner}{subject}</DataExtDel></DataExtDelRq>"),
    ];
    let answer = witness.exchange(&data.concat());
    assert!(!answer.contains("Error"), "{answer}");
    assert_eq!(text(&answer, "DataExtValue"), "v");
    validate(&witness.documents);
}

/// One of each of the other types of transactions, reports, and the changes to them.
fn witness_money(witness: &mut Witness, sale: &impl Fn(&str) -> String) {
    let ada = "<CustomerRef><FullName>Ada</FullName></CustomerRef>";
    let accepted = |answer: String| {
        assert!(!answer.contains("Error"), "{answer}");
        answer
    };
    let memo = accepted(witness.exchange(&add("CreditMemo", &format!("{ada}{}", sale("CreditMemo")))));
    let memo = text(&memo, "TxnID");
    accepted(witness.exchange(&add(
        "ARRefundCreditCard",
        &format!(
            "{ada}<RefundFromAccountRef><FullName>Checking</FullName></RefundFromAccountRef>\
             <RefundAppliedToTxnAdd><TxnID>{memo}</TxnID><RefundAmount>10.00</RefundAmount></RefundAppliedToTxnAdd>"
        ),
    )));
    accepted(witness.exchange(&add(
        "Check",
        &format!(
            "<AccountRef><FullName>Checking</FullName></AccountRef><PayeeEntityRef><FullName>Ada</FullName></PayeeEntityRef>\
             <ApplyCheckToTxnAdd><TxnID>{memo}</TxnID><Amount>10.00</Amount></ApplyCheckToTxnAdd><ExpenseLineAdd>\
             <AccountRef><FullName>Accounts Receivable</FullName></AccountRef><Amount>10.00</Amount>{ada}</ExpenseLineAdd>"
        ),
    )));
    let lines = line("Invoice", "Tip", "<Amount>9.00</Amount>");
    let invoice = accepted(witness.exchange(&add("Invoice", &format!("{ada}{lines}"))));
    let credit = format!("<SetCredit><CreditTxnID>{memo}</CreditTxnID><AppliedAmount>9.00</AppliedAmount></SetCredit>");
    accepted(witness.exchange(&crate::support::modify_answered("Invoice", &invoice, &credit)));
    let side = |side: &str, account: &str| {
        format!(
            "<Journal{side}Line><AccountRef><FullName>{account}</FullName></AccountRef><Amount>1.00</Amount></Journal{side}Line>"
        )
    };
    accepted(
        witness.exchange(&add("JournalEntry", &[side("Debit", "Utilities"), side("Credit", "Checking")].concat())),
    );
    let cash = "<AccountRef><FullName>Cash in Drawer</FullName></AccountRef><Amount>1.00</Amount>";
    accepted(witness.exchange(&add(
        "Deposit",
        &format!(
            "<DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef><CashBackInfoAdd>{cash}</CashBackInfoAdd>\
             <DepositLineAdd>{cash}</DepositLineAdd>"
        ),
    )));
    accepted(witness.exchange(&add(
        "InventoryAdjustment",
        "<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef><InventoryAdjustmentLineAdd><ItemRef><FullName>Widget</FullName></ItemRef>\
         <QuantityAdjustment><QuantityDifference>-1</QuantityDifference></QuantityAdjustment></InventoryAdjustmentLineAdd>",
    )));
    let adjustments = accepted(witness.exchange(
        "<InventoryAdjustmentQueryRq><IncludeLineItems>true</IncludeLineItems></InventoryAdjustmentQueryRq>",
    ));
    let line = texts(&adjustments, "TxnLineID").remove(0);
    let less = format!(
        "<InventoryAdjustmentLineMod><TxnLineID>{line}</TxnLineID><QuantityDifference>9</QuantityDifference></InventoryAdjustmentLineMod>"
    );
    accepted(witness.exchange(&modify_answered("InventoryAdjustment", &adjustments, &less)));
    witness.exchange(&add("SalesOrder", &format!("{ada}{}", sale("SalesOrder"))));
    for query in ["CreditMemo", "ARRefundCreditCard", "Check", "JournalEntry", "Deposit", "InventoryAdjustment"] {
        accepted(
            witness.exchange(&format!("<{query}QueryRq><IncludeLineItems>true</IncludeLineItems></{query}QueryRq>")),
        );
    }
    accepted(witness.exchange("<CreditMemoQueryRq><IncludeLinkedTxns>true</IncludeLinkedTxns></CreditMemoQueryRq>"));
    accepted(witness.exchange("<CheckQueryRq><IncludeLinkedTxns>true</IncludeLinkedTxns></CheckQueryRq>"));
    accepted(witness.exchange(
        "<TransactionQueryRq><TransactionDetailLevelFilter>All</TransactionDetailLevelFilter></TransactionQueryRq>",
    ));
    accepted(witness.exchange(
        "<CustomDetailReportQueryRq><CustomDetailReportType>CustomTxnDetail</CustomDetailReportType><ReportDateMacro>All</ReportDateMacro>\
         <SummarizeRowsBy>Account</SummarizeRowsBy><IncludeColumn>TxnType</IncludeColumn><IncludeColumn>Account</IncludeColumn>\
         <IncludeColumn>Amount</IncludeColumn></CustomDetailReportQueryRq>",
    ));
    accepted(witness.exchange(
        "<GeneralSummaryReportQueryRq><GeneralSummaryReportType>TrialBalance</GeneralSummaryReportType></GeneralSummaryReportQueryRq>",
    ));
    accepted(witness.exchange(&add("Employee", "<FirstName>Grace</FirstName>")));
    accepted(witness.exchange("<EntityQueryRq/>"));
    for kind in ["CreditMemo", "Check"] {
        let answer = witness.exchange(&format!("<{kind}QueryRq/>"));
        accepted(witness.exchange(&crate::support::void(kind, &text(&answer, "TxnID"))));
        accepted(
            witness.exchange(&format!("<{kind}QueryRq><IncludeLineItems>true</IncludeLineItems></{kind}QueryRq>")),
        );
    }
}

/// An order, what came of it, and the changes to them.
fn witness_purchases(witness: &mut Witness) {
    let mut accepted = |requests: &str| {
        let answer = witness.exchange(requests);
        assert!(!answer.contains("Error"), "{answer}");
        answer
    };
    accepted(&add(
        "Vendor",
        "<Name>Acme</Name><CompanyName>Acme Inc.</CompanyName><VendorAddress><Addr1>1</Addr1><City>X</City></VendorAddress><Phone>1</Phone>\
         <Email>a@example.com</Email><AccountNumber>77</AccountNumber><TermsRef><FullName>Net 30</FullName></TermsRef>",
    ));
    let ordered = "<PurchaseOrderLineAdd><ItemRef><FullName>Widget</FullName></ItemRef><Quantity>2</Quantity><Rate>21</Rate></PurchaseOrderLineAdd>";
    let order = accepted(&from_acme("PurchaseOrder", &ordered.repeat(2)));
    let (id, lines) = (text(&order, "TxnID"), texts(&order, "TxnLineID"));
    let link = format!("<LinkToTxn><TxnID>{id}</TxnID><TxnLineID>{}</TxnLineID></LinkToTxn>", lines[0]);
    let bill = [
        spent("Rent Expense", "5.00"),
        bought("Widget", "<Quantity>1</Quantity><Cost>20</Cost>"),
        format!("<ItemLineAdd><Quantity>1</Quantity>{link}</ItemLineAdd>"),
    ];
    let bill = accepted(&from_acme("Bill", &bill.concat()));
    accepted(&modify_answered("Bill", &bill, "<RefNumber>B-1</RefNumber><ClearExpenseLines>true</ClearExpenseLines>"));
    accepted(&from_acme("ItemReceipt", &format!("<LinkToTxnID>{id}</LinkToTxnID>")));
    accepted(&from_acme("VendorCredit", &bought("Widget", "<Quantity>1</Quantity><Cost>20</Cost>")));
    let order = accepted(&look("PurchaseOrder", &id));
    accepted(&modify_answered("PurchaseOrder", &order, "<IsManuallyClosed>true</IsManuallyClosed>"));
    for kind in ["PurchaseOrder", "ItemReceipt", "Bill", "VendorCredit"] {
        let details = "<IncludeLineItems>true</IncludeLineItems><IncludeLinkedTxns>true</IncludeLinkedTxns>";
        let answer = accepted(&format!("<{kind}QueryRq>{details}</{kind}QueryRq>"));
        let undo = if kind == "PurchaseOrder" { delete } else { void };
        accepted(&undo(kind, &text(&answer, "TxnID")));
    }
    accepted("<VendorQueryRq><FullName>Acme</FullName></VendorQueryRq>");
}

#[test]
fn requests_and_answers_on_sites_are_valid_by_intuits_schema() {
    let setup = Setup { inventory_sites: true, ..Setup::new(Edition::Enterprise) };
    let mut witness = Witness { desk: Desk::with(setup), documents: Vec::new() };
    witness.desk.stock_up();
    let mut accepted = |requests: &str| {
        let answer = witness.exchange(requests);
        assert!(!answer.contains("Error"), "{answer}");
        answer
    };
    accepted("<PreferencesQueryRq/>");
    let address = "<SiteAddress><Addr1>1</Addr1><City>X</City></SiteAddress>";
    accepted(&add(
        "InventorySite",
        &format!("<Name>Harbour</Name><SiteDesc>By the sea</SiteDesc><Phone>1</Phone>{address}"),
    ));
    let transfer = "<FromInventorySiteRef><FullName>Unspecified Site</FullName></FromInventorySiteRef><ToInventorySiteRef><FullName>Harbour</FullName></ToInventorySiteRef>\
                    <Memo>m</Memo><TransferInventoryLineAdd><ItemRef><FullName>Widget</FullName></ItemRef><QuantityToTransfer>2</QuantityToTransfer></TransferInventoryLineAdd>";
    let transfer = accepted(&add("TransferInventory", transfer));
    accepted(&modify_answered("TransferInventory", &transfer, "<Memo>n</Memo>"));
    for query in ["InventorySite", "ItemSites", "TransferInventory", "Transaction"] {
        accepted(&format!("<{query}QueryRq/>"));
    }
    accepted("<TransferInventoryQueryRq><IncludeLineItems>true</IncludeLineItems></TransferInventoryQueryRq>");
    accepted(&delete("TransferInventory", &text(&transfer, "TxnID")));
    validate(&witness.documents);
}
