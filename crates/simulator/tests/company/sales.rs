use rust_decimal::Decimal;

use crate::support::{Desk, add, code, decimal, line, modify, text, texts};

/// PRODUCT.md 5.2: 2 × $50, $10 off, $8 shipping, $7.35 tax, $5 tip.
fn worked_order(kind: &str) -> String {
    [
        line(kind, "Widget", "<Quantity>2</Quantity><Amount>100.00</Amount>"),
        line(kind, "Discount", "<Amount>-10.00</Amount>"),
        line(kind, "Shipping", "<Amount>8.00</Amount>"),
        line(kind, "Tip", "<Amount>5.00</Amount>"),
        line(kind, "NY State", "<Amount>7.35</Amount>"),
    ]
    .concat()
}

fn receipt(rest: &str) -> String {
    add("SalesReceipt", rest)
}

#[test]
fn the_worked_order_posts_to_the_cent_with_cost_of_goods_sold() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&format!(
        "<CustomerRef><FullName>Ada</FullName></CustomerRef><ClassRef><FullName>Main Street</FullName></ClassRef>\
         <TxnDate>2026-06-20</TxnDate><RefNumber>1001</RefNumber><ItemSalesTaxRef><FullName>Sales Tax</FullName></ItemSalesTaxRef>\
         <DepositToAccountRef><FullName>Shopify Payments Clearing</FullName></DepositToAccountRef>{}",
        worked_order("SalesReceipt")
    )));
    assert_eq!(text(&answer, "TotalAmount"), "110.35");
    assert_eq!(text(&answer, "SalesTaxTotal"), "0.00");
    for (account, amount) in [
        ("Shopify Payments Clearing", "110.35"),
        ("Merchandise Sales", "-100.00"),
        ("Sales Discounts", "10.00"),
        ("Shipping Income", "-8.00"),
        ("Employee Tips Payable", "-5.00"),
        ("Sales Tax Payable", "-7.35"),
        ("Cost of Goods Sold", "40.00"),
        ("Inventory Asset", "160.00"),
    ] {
        assert_eq!(desk.balance(account), decimal(amount), "{account}");
    }
    assert_eq!(desk.company.sales_tax_liability()["NY State"], decimal("7.35"));
    let sale = desk.company.transactions().pop().unwrap();
    assert_eq!(sale.ref_number, "1001");
    assert!(sale.postings.iter().all(|posting| posting.class.as_deref() == Some("Main Street")));
    assert_eq!(sale.postings.iter().map(|posting| posting.amount).sum::<Decimal>(), Decimal::ZERO);
}

#[test]
fn a_gift_card_line_pays_a_part_and_lowers_the_liability() {
    let mut desk = Desk::stocked();
    desk.done(&receipt(&line("SalesReceipt", "Gift Card", "<Amount>60.00</Amount>")));
    assert_eq!(desk.balance("Gift Cards Outstanding"), decimal("-60"));
    let lines = worked_order("SalesReceipt") + &line("SalesReceipt", "Gift Card", "<Amount>-60.00</Amount>");
    let answer = desk.done(&receipt(&lines));
    assert_eq!(text(&answer, "TotalAmount"), "50.35");
    assert_eq!(desk.balance("Gift Cards Outstanding"), decimal("0"));
}

#[test]
fn a_form_cannot_total_below_zero() {
    let mut desk = Desk::stocked();
    assert_eq!(desk.status(&receipt(&line("SalesReceipt", "Gift Card", "<Amount>-1.00</Amount>"))), 3180);
    assert_eq!(desk.company.transactions().len(), 1, "only the opening stock");
}

#[test]
fn rate_times_quantity_is_rounded_half_away_from_zero() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(
        &[
            line("SalesReceipt", "Shipping", "<Quantity>1</Quantity><Rate>1.005</Rate>"),
            line("SalesReceipt", "Shipping", "<Quantity>3</Quantity><Rate>0.33333</Rate>"),
            line("SalesReceipt", "Shipping", "<Quantity>3</Quantity><Amount>10.00</Amount>"),
        ]
        .concat(),
    ));
    assert_eq!(texts(&answer, "Amount"), ["1.01", "1.00", "10.00"]);
    assert_eq!(texts(&answer, "Rate"), ["1.005", "0.33333", "3.33333"]);
}

#[test]
fn the_footer_taxes_taxable_lines_by_the_items_rate() {
    let mut desk = Desk::stocked();
    let lines = [
        line("SalesReceipt", "Widget", "<Quantity>1</Quantity>"),
        line(
            "SalesReceipt",
            "Shipping",
            "<Amount>8.00</Amount><SalesTaxCodeRef><FullName>Non</FullName></SalesTaxCodeRef>",
        ),
    ];
    let answer = desk
        .done(&receipt(&format!("<ItemSalesTaxRef><FullName>NY State</FullName></ItemSalesTaxRef>{}", lines.concat())));
    assert_eq!(text(&answer, "SalesTaxTotal"), "2.00");
    assert_eq!(text(&answer, "TotalAmount"), "60.00");
    assert_eq!(desk.company.sales_tax_liability()["NY State"], decimal("2.00"));
}

#[test]
fn a_tax_line_turns_negative_after_a_negative_sum() {
    let mut desk = Desk::stocked();
    let lines = [
        line("SalesReceipt", "Gift Card", "<Amount>-5.00</Amount>"),
        line("SalesReceipt", "NY State", "<Amount>1.00</Amount>"),
        line("SalesReceipt", "Widget", "<Quantity>1</Quantity>"),
    ];
    let answer = desk.done(&receipt(&lines.concat()));
    assert_eq!(texts(&answer, "Amount"), ["-5.00", "-1.00", "50.00"]);
}

#[test]
fn subtotals_percent_discounts_and_payment_items_follow_the_lines_before_them() {
    let mut desk = Desk::stocked();
    let lines = [
        line("SalesReceipt", "Widget", "<Quantity>2</Quantity>"),
        line("SalesReceipt", "Shipping", "<Amount>20.00</Amount>"),
        line("SalesReceipt", "Subtotal", ""),
        line("SalesReceipt", "Discount", "<RatePercent>10</RatePercent>"),
        line("SalesReceipt", "Paid by card", "<Amount>50.00</Amount>"),
    ];
    let answer = desk.done(&receipt(&lines.concat()));
    assert_eq!(texts(&answer, "Amount"), ["100.00", "20.00", "120.00", "-12.00", "-50.00"]);
    assert_eq!(text(&answer, "TotalAmount"), "58.00");
    assert_eq!(desk.balance("Undeposited Funds"), decimal("108.00"));
}

#[test]
fn selling_below_zero_stock_is_allowed_at_the_last_known_average() {
    let mut desk = Desk::stocked();
    desk.done(&receipt(&line("SalesReceipt", "Widget", "<Quantity>12</Quantity>")));
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("240"));
    assert_eq!(desk.balance("Inventory Asset"), decimal("-40"));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("-2"));
}

#[test]
fn a_pending_receipt_posts_nothing_until_it_is_made_final() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&format!(
        "<IsPending>true</IsPending>{}",
        line("SalesReceipt", "Widget", "<Quantity>1</Quantity>")
    )));
    assert_eq!(desk.balance("Merchandise Sales"), Decimal::ZERO);
    let (id, sequence) = (text(&answer, "TxnID"), text(&answer, "EditSequence"));
    desk.done(&modify(
        "SalesReceipt",
        &format!("<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence><IsPending>false</IsPending>"),
    ));
    assert_eq!(desk.balance("Merchandise Sales"), decimal("-50"));
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("20"));
}

#[test]
fn a_mod_that_mentions_one_line_deletes_the_others() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&worked_order("SalesReceipt")));
    let (id, sequence) = (text(&answer, "TxnID"), text(&answer, "EditSequence"));
    let lines = texts(&answer, "TxnLineID");
    assert_eq!(lines.len(), 5);
    let answer = desk.done(&modify(
        "SalesReceipt",
        &format!(
            "<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence>\
             <SalesReceiptLineMod><TxnLineID>{}</TxnLineID></SalesReceiptLineMod>\
             <SalesReceiptLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Tip</FullName></ItemRef><Amount>3.00</Amount></SalesReceiptLineMod>",
            lines[0]
        ),
    ));
    assert_eq!(texts(&answer, "Amount"), ["100.00", "3.00"]);
    assert_eq!(texts(&answer, "TxnLineID")[0], lines[0]);
    assert_eq!(desk.balance("Sales Tax Payable"), Decimal::ZERO);
    assert_eq!(desk.balance("Undeposited Funds"), decimal("103"));
}

#[test]
fn a_mod_that_mentions_no_line_keeps_them_all_and_a_changed_quantity_reprices() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&line("SalesReceipt", "Widget", "<Quantity>2</Quantity>")));
    let (id, line_id) = (text(&answer, "TxnID"), text(&answer, "TxnLineID"));
    let mut sequence = text(&answer, "EditSequence");
    let answer = desk.done(&modify(
        "SalesReceipt",
        &format!("<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence><Memo>changed</Memo>"),
    ));
    assert_eq!(texts(&answer, "Amount"), ["100.00"]);
    sequence = text(&answer, "EditSequence");
    let answer = desk.done(&modify(
        "SalesReceipt",
        &format!(
            "<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence><SalesReceiptLineMod>\
             <TxnLineID>{line_id}</TxnLineID><Quantity>3</Quantity></SalesReceiptLineMod>"
        ),
    ));
    assert_eq!(texts(&answer, "Amount"), ["150.00"]);
    assert_eq!(desk.balance("Cost of Goods Sold"), decimal("60"));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("7"));
}

#[test]
fn a_stale_edit_sequence_is_refused_and_the_answer_carries_the_present_object() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&line("SalesReceipt", "Widget", "<Quantity>2</Quantity>")));
    let (id, sequence) = (text(&answer, "TxnID"), text(&answer, "EditSequence"));
    let change =
        modify("SalesReceipt", &format!("<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence><Memo>x</Memo>"));
    desk.done(&change);
    let answer = desk.ask(&change);
    assert_eq!(code(&answer), 3200);
    assert_ne!(text(&answer, "EditSequence"), sequence);
    assert_eq!(text(&answer, "Memo"), "x");
}

#[test]
fn a_void_zeroes_amounts_and_keeps_the_record_and_a_delete_does_not() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&format!("<Memo>order 1</Memo>{}", worked_order("SalesReceipt"))));
    let id = text(&answer, "TxnID");
    desk.done(&format!("<TxnVoidRq><TxnVoidType>SalesReceipt</TxnVoidType><TxnID>{id}</TxnID></TxnVoidRq>"));
    let sale = desk.company.transactions().pop().unwrap();
    assert_eq!((sale.memo.as_str(), sale.void, sale.total), ("VOID: order 1", true, Decimal::ZERO));
    assert_eq!(desk.balance("Undeposited Funds"), Decimal::ZERO);
    assert_eq!(desk.balance("Inventory Asset"), decimal("200"));
    let delete = format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{id}</TxnID></TxnDelRq>");
    desk.done(&delete);
    assert_eq!(desk.company.transactions().len(), 1);
    assert_eq!(desk.status(&delete), 3120);
}

fn invoice(desk: &mut Desk) -> String {
    desk.done(&add(
        "Invoice",
        &format!(
            "<CustomerRef><FullName>Ada</FullName></CustomerRef><TxnDate>2026-06-01</TxnDate>\
             <TermsRef><FullName>Net 30</FullName></TermsRef>{}",
            worked_order("Invoice")
        ),
    ))
}

fn payment(total: &str, invoice: &str, amount: &str) -> String {
    add(
        "ReceivePayment",
        &format!(
            "<CustomerRef><FullName>Ada</FullName></CustomerRef><TotalAmount>{total}</TotalAmount>\
             <DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef>\
             <AppliedToTxnAdd><TxnID>{invoice}</TxnID><PaymentAmount>{amount}</PaymentAmount></AppliedToTxnAdd>"
        ),
    )
}

#[test]
fn an_invoice_is_open_until_payments_settle_it_and_never_overpaid() {
    let mut desk = Desk::stocked();
    let answer = invoice(&mut desk);
    let id = text(&answer, "TxnID");
    assert_eq!(text(&answer, "DueDate"), "2026-07-01");
    assert_eq!((text(&answer, "BalanceRemaining"), text(&answer, "IsPaid")), ("110.35".into(), "false".into()));
    assert_eq!(desk.balance("Accounts Receivable"), decimal("110.35"));
    let answer = desk.done(&payment("60.00", &id, "60.00"));
    assert_eq!(text(&answer, "BalanceRemaining"), "50.35");
    assert_eq!(desk.status(&payment("60.00", &id, "60.00")), 3210);
    desk.done(&payment("50.35", &id, "50.35"));
    let query =
        format!("<InvoiceQueryRq><TxnID>{id}</TxnID><IncludeLinkedTxns>true</IncludeLinkedTxns></InvoiceQueryRq>");
    let answer = desk.done(&query);
    assert_eq!((text(&answer, "BalanceRemaining"), text(&answer, "IsPaid")), ("0.00".into(), "true".into()));
    assert_eq!(answer.matches("<LinkedTxn>").count(), 2);
    assert_eq!(desk.balance("Accounts Receivable"), Decimal::ZERO);
    assert_eq!(desk.balance("Checking"), decimal("110.35"));
}

#[test]
fn voiding_a_paid_invoice_leaves_the_payment_unapplied() {
    let mut desk = Desk::stocked();
    let id = text(&invoice(&mut desk), "TxnID");
    let paid = desk.done(&payment("60.00", &id, "60.00"));
    let paid_id = text(&paid, "TxnID");
    desk.done(&format!("<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{id}</TxnID></TxnVoidRq>"));
    let answer = desk.done(&format!(
        "<ReceivePaymentQueryRq><TxnID>{paid_id}</TxnID><IncludeLineItems>true</IncludeLineItems></ReceivePaymentQueryRq>"
    ));
    assert_eq!(text(&answer, "UnusedPayment"), "60.00");
    assert!(!answer.contains("AppliedToTxnRet"));
    assert_eq!(desk.balance("Accounts Receivable"), decimal("-60"));
    let query = "<CustomerQueryRq><FullName>Ada</FullName></CustomerQueryRq>";
    assert_eq!(text(&desk.done(query), "Balance"), "-60.00");
}

#[test]
fn deleting_a_payment_opens_its_invoice_again() {
    let mut desk = Desk::stocked();
    let id = text(&invoice(&mut desk), "TxnID");
    let paid_id = text(&desk.done(&payment("60.00", &id, "60.00")), "TxnID");
    desk.done(&format!("<TxnDelRq><TxnDelType>ReceivePayment</TxnDelType><TxnID>{paid_id}</TxnID></TxnDelRq>"));
    let answer = desk.done(&format!("<InvoiceQueryRq><TxnID>{id}</TxnID></InvoiceQueryRq>"));
    assert_eq!(text(&answer, "BalanceRemaining"), "110.35");
}

#[test]
fn the_closing_date_guards_what_lies_before_it() {
    let mut desk = Desk::stocked();
    let answer = desk.done(&receipt(&format!(
        "<TxnDate>2026-05-31</TxnDate>{}",
        line("SalesReceipt", "Tip", "<Amount>1.00</Amount>")
    )));
    let (id, sequence) = (text(&answer, "TxnID"), text(&answer, "EditSequence"));
    desk.company.set_closing_date(Some("2026-05-31".parse().unwrap())).unwrap();
    let change =
        modify("SalesReceipt", &format!("<TxnID>{id}</TxnID><EditSequence>{sequence}</EditSequence><Memo>x</Memo>"));
    assert_eq!(desk.status(&change), 3171);
    let delete = format!("<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{id}</TxnID></TxnDelRq>");
    assert_eq!(desk.status(&delete), 3161);
    let mut desk = desk.reopen();
    assert_eq!(desk.status(&delete), 3161, "the closing date is in the file");
    desk.company.set_closing_date(None).unwrap();
    desk.done(&delete);
}
