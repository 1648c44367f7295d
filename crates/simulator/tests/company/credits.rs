use rust_decimal::Decimal;

use crate::support::{Desk, add, code, decimal, delete, line, look, modify_answered, text, texts, void};

const ADA: &str = "<CustomerRef><FullName>Ada</FullName></CustomerRef>";

/// Two widgets at 50.00, shipping and tax back: 115.35 in all.
fn credit_memo(desk: &mut Desk) -> String {
    let lines = [
        line("CreditMemo", "Widget", "<Quantity>2</Quantity><Amount>100.00</Amount>"),
        line("CreditMemo", "Shipping", "<Amount>8.00</Amount>"),
        line("CreditMemo", "NY State", "<Amount>7.35</Amount>"),
    ];
    desk.done(&add("CreditMemo", &format!("{ADA}<TxnDate>2026-06-19</TxnDate>{}", lines.concat())))
}

fn invoice(desk: &mut Desk, amount: &str) -> String {
    desk.done(&add("Invoice", &format!("{ADA}{}", line("Invoice", "Shipping", &format!("<Amount>{amount}</Amount>")))))
}

fn card_refund(customer: &str, memo: &str, amount: &str) -> String {
    add(
        "ARRefundCreditCard",
        &format!(
            "<CustomerRef><FullName>{customer}</FullName></CustomerRef>\
             <RefundFromAccountRef><FullName>Shopify Payments Clearing</FullName></RefundFromAccountRef>\
             <RefundAppliedToTxnAdd><TxnID>{memo}</TxnID><RefundAmount>{amount}</RefundAmount></RefundAppliedToTxnAdd>"
        ),
    )
}

fn check(account: &str, memo: &str, amount: &str) -> String {
    add(
        "Check",
        &format!(
            "<AccountRef><FullName>{account}</FullName></AccountRef><PayeeEntityRef><FullName>Ada</FullName></PayeeEntityRef>\
             <ApplyCheckToTxnAdd><TxnID>{memo}</TxnID><Amount>{amount}</Amount></ApplyCheckToTxnAdd>\
             <ExpenseLineAdd><AccountRef><FullName>Accounts Receivable</FullName></AccountRef><Amount>{amount}</Amount>\
             {ADA}</ExpenseLineAdd>"
        ),
    )
}

fn set_credit(memo: &str, amount: &str) -> String {
    format!("<SetCredit><CreditTxnID>{memo}</CreditTxnID><AppliedAmount>{amount}</AppliedAmount></SetCredit>")
}

#[test]
fn a_credit_memo_credits_the_customer_and_brings_goods_back_at_average_cost() {
    let mut desk = Desk::stocked();
    let answer = credit_memo(&mut desk);
    assert_eq!((text(&answer, "TotalAmount"), text(&answer, "CreditRemaining")), ("115.35".into(), "115.35".into()));
    for (account, amount) in [
        ("Accounts Receivable", "-115.35"),
        ("Merchandise Sales", "100.00"),
        ("Shipping Income", "8.00"),
        ("Sales Tax Payable", "7.35"),
        ("Inventory Asset", "240.00"),
        ("Cost of Goods Sold", "-40.00"),
    ] {
        assert_eq!(desk.balance(account), decimal(amount), "{account}");
    }
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("12"));
    assert_eq!(desk.company.sales_tax_liability()["NY State"], decimal("-7.35"));
    let customer = desk.done("<CustomerQueryRq><FullName>Ada</FullName></CustomerQueryRq>");
    assert_eq!(text(&customer, "Balance"), "-115.35");
}

#[test]
fn gift_card_and_fee_lines_take_off_what_the_credit_memo_credits() {
    let mut desk = Desk::stocked();
    let lines = [
        line("CreditMemo", "Widget", "<Quantity>1</Quantity><Amount>50.00</Amount>"),
        line("CreditMemo", "Gift Card", "<Amount>-20.00</Amount>"),
    ];
    let answer = desk.done(&add("CreditMemo", &format!("{ADA}{}", lines.concat())));
    assert_eq!(text(&answer, "TotalAmount"), "30.00");
    assert_eq!(desk.balance("Gift Cards Outstanding"), decimal("-20"), "the customer got a gift card instead");
    let negative = line("CreditMemo", "Gift Card", "<Amount>-20.00</Amount>");
    assert_eq!(desk.status(&add("CreditMemo", &format!("{ADA}{negative}"))), 3180);
}

#[test]
fn a_card_refund_pays_out_no_more_than_the_credit_has_left() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    let answer = desk.done(&card_refund("Ada", &memo, "100.00"));
    assert_eq!((text(&answer, "TotalAmount"), text(&answer, "CreditRemaining")), ("100.00".into(), "15.35".into()));
    assert_eq!(desk.balance("Shopify Payments Clearing"), decimal("-100"));
    assert_eq!(desk.balance("Accounts Receivable"), decimal("-15.35"));
    assert_eq!(desk.status(&card_refund("Ada", &memo, "15.36")), 3210);
    assert_eq!(desk.status(&card_refund("Bob", &memo, "1.00")), 3210, "another customer's credit");
    assert_eq!(desk.status(&card_refund("Ada", "1-1", "1.00")), 3240);
    let open = text(&invoice(&mut desk, "5.00"), "TxnID");
    assert_eq!(desk.status(&card_refund("Ada", &open, "1.00")), 3210, "an invoice is no credit");
    let answer = desk.done(&look("CreditMemo", &memo));
    assert_eq!(
        (text(&answer, "TxnType"), text(&answer, "CreditRemaining")),
        ("ARRefundCreditCard".into(), "15.35".into())
    );
}

#[test]
fn a_check_from_a_bank_account_pays_a_credit_memo_out() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    assert_eq!(desk.status(&check("Undeposited Funds", &memo, "15.35")), 3140, "not a bank account");
    assert_eq!(desk.status(&check("Checking", &memo, "115.36")), 3210);
    let answer = desk.done(&check("Checking", &memo, "115.35"));
    assert_eq!(text(&answer, "Amount"), "115.35");
    assert_eq!(desk.balance("Checking"), decimal("-115.35"));
    assert_eq!(desk.balance("Accounts Receivable"), Decimal::ZERO);
    assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "0.00");
    assert_eq!(text(&desk.done(&look("Check", &text(&answer, "TxnID"))), "TxnType"), "CreditMemo");
    let changed = desk.done(&modify_answered("Check", &answer, "<Memo>by hand</Memo>"));
    assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "0.00", "a Mod keeps what was applied");
    let lower = format!(
        "<ExpenseLineMod><TxnLineID>{}</TxnLineID><Amount>100.00</Amount></ExpenseLineMod>",
        text(&changed, "TxnLineID")
    );
    assert_eq!(desk.status(&modify_answered("Check", &changed, &lower)), 3210);
}

#[test]
fn a_check_may_pay_expenses_and_must_say_whose_a_receivable_line_is() {
    let mut desk = Desk::stocked();
    let lines = "<ExpenseLineAdd><AccountRef><FullName>Office Supplies</FullName></AccountRef><Amount>12.00</Amount></ExpenseLineAdd>";
    let bank = "<AccountRef><FullName>Checking</FullName></AccountRef>";
    desk.done(&add("Check", &format!("{bank}{lines}")));
    assert_eq!((desk.balance("Office Supplies"), desk.balance("Checking")), (decimal("12"), decimal("-12")));
    let nobody = lines.replace("Office Supplies", "Accounts Receivable");
    assert_eq!(desk.status(&add("Check", &format!("{bank}{nobody}"))), 3180);
}

#[test]
fn set_credit_lowers_what_an_invoice_owes_without_posting_anything() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    let owed = invoice(&mut desk, "100.00");
    let id = text(&owed, "TxnID");
    let before = desk.company.trial_balance();
    assert_eq!(
        desk.status(&modify_answered("Invoice", &owed, &set_credit(&memo, "100.01"))),
        3210,
        "the invoice owes less"
    );
    let answer = desk.done(&modify_answered("Invoice", &owed, &set_credit(&memo, "60.00")));
    assert_eq!((text(&answer, "BalanceRemaining"), text(&answer, "AppliedAmount")), ("40.00".into(), "-60.00".into()));
    assert_eq!(desk.company.trial_balance(), before);
    assert_eq!(text(&desk.done(&look("Invoice", &id)), "TxnType"), "CreditMemo");
    let credit = desk.done(&look("CreditMemo", &memo));
    assert_eq!((text(&credit, "TxnType"), text(&credit, "CreditRemaining")), ("Invoice".into(), "55.35".into()));
    let second = invoice(&mut desk, "100.00");
    assert_eq!(
        desk.status(&modify_answered("Invoice", &second, &set_credit(&memo, "55.36"))),
        3210,
        "the credit has less"
    );
    assert_eq!(desk.status(&card_refund("Ada", &memo, "55.36")), 3210);
    desk.done(&modify_answered("Invoice", &answer, &set_credit(&memo, "40.00")));
    assert_eq!(text(&desk.done(&look("Invoice", &id)), "IsPaid"), "true", "a second application adds to the first");
    let at_once = add(
        "Invoice",
        &format!("{ADA}{}{}", set_credit(&memo, "15.35"), line("Invoice", "Shipping", "<Amount>20.00</Amount>")),
    );
    assert_eq!(text(&desk.done(&at_once), "BalanceRemaining"), "4.65");
    let reopened = desk.reopen();
    assert_eq!(reopened.company.trial_balance().values().copied().sum::<Decimal>(), Decimal::ZERO);
}

#[test]
fn override_replaces_what_a_credit_gave_to_an_invoice() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    let owed = invoice(&mut desk, "100.00");
    let answer = desk.done(&modify_answered("Invoice", &owed, &set_credit(&memo, "60.00")));
    let replaced = set_credit(&memo, "10.00").replace("</SetCredit>", "<Override>true</Override></SetCredit>");
    let answer = desk.done(&modify_answered("Invoice", &answer, &replaced));
    assert_eq!(text(&answer, "BalanceRemaining"), "90.00");
    let nothing = set_credit(&memo, "0.00").replace("</SetCredit>", "<Override>true</Override></SetCredit>");
    desk.done(&modify_answered("Invoice", &answer, &nothing));
    assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "115.35");
}

#[test]
fn an_invoice_and_a_credit_memo_cannot_become_less_than_what_is_applied_to_them() {
    let mut desk = Desk::stocked();
    let credit = credit_memo(&mut desk);
    let memo = text(&credit, "TxnID");
    let owed = invoice(&mut desk, "100.00");
    let owed = desk.done(&modify_answered("Invoice", &owed, &set_credit(&memo, "60.00")));
    desk.done(&card_refund("Ada", &memo, "50.00"));
    let credit = desk.done(&look("CreditMemo", &memo));
    let one = |kind: &str, amount: &str| {
        format!(
            "<{kind}LineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Shipping</FullName></ItemRef><Amount>{amount}</Amount></{kind}LineMod>"
        )
    };
    assert_eq!(desk.status(&modify_answered("Invoice", &owed, &one("Invoice", "59.99"))), 3210);
    desk.done(&modify_answered("Invoice", &owed, &one("Invoice", "60.00")));
    assert_eq!(desk.status(&modify_answered("CreditMemo", &credit, &one("CreditMemo", "109.99"))), 3210);
    let bob = "<CustomerRef><FullName>Bob</FullName></CustomerRef>";
    assert_eq!(desk.status(&modify_answered("CreditMemo", &credit, bob)), 3210, "the links are Ada's");
    let changed = desk.done(&modify_answered("CreditMemo", &credit, &one("CreditMemo", "110.00")));
    assert_eq!(text(&changed, "CreditRemaining"), "0.00");
    assert_eq!(texts(&changed, "TxnLineID").len(), 1, "the lines that were not mentioned are gone");
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("10"), "and so are their goods");
}

#[test]
fn voiding_a_credit_memo_takes_everything_back_and_leaves_its_refund_unapplied() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    let owed = invoice(&mut desk, "100.00");
    desk.done(&modify_answered("Invoice", &owed, &set_credit(&memo, "60.00")));
    let refund = text(&desk.done(&card_refund("Ada", &memo, "50.00")), "TxnID");
    desk.done(&void("CreditMemo", &memo));
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("10"));
    assert_eq!(desk.balance("Inventory Asset"), decimal("200"));
    assert_eq!(text(&desk.done(&look("Invoice", &text(&owed, "TxnID"))), "BalanceRemaining"), "100.00");
    let kept = desk.done(&look("ARRefundCreditCard", &refund));
    assert_eq!(text(&kept, "TotalAmount"), "50.00", "the money went out");
    assert!(!kept.contains("RefundAppliedToTxnRet"), "{kept}");
    assert_eq!(desk.balance("Accounts Receivable"), decimal("150"));
    let voided = desk.done(&look("CreditMemo", &memo));
    assert_eq!((text(&voided, "Memo"), text(&voided, "CreditRemaining")), ("VOID: ".into(), "0.00".into()));
    assert_eq!(text(&voided, "TotalAmount"), "0.00");
}

#[test]
fn voiding_or_deleting_an_invoice_gives_the_credit_back() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    for undo in [void, delete] {
        let owed = invoice(&mut desk, "100.00");
        desk.done(&modify_answered("Invoice", &owed, &set_credit(&memo, "100.00")));
        assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "15.35");
        desk.done(&undo("Invoice", &text(&owed, "TxnID")));
        assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "115.35");
    }
}

#[test]
fn deleting_a_refund_or_a_check_gives_the_credit_back() {
    let mut desk = Desk::stocked();
    let memo = text(&credit_memo(&mut desk), "TxnID");
    let refund = text(&desk.done(&card_refund("Ada", &memo, "50.00")), "TxnID");
    let paid = text(&desk.done(&check("Checking", &memo, "65.35")), "TxnID");
    assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "0.00");
    desk.done(&delete("ARRefundCreditCard", &refund));
    desk.done(&void("Check", &paid));
    assert_eq!(text(&desk.done(&look("CreditMemo", &memo)), "CreditRemaining"), "115.35");
    assert_eq!(desk.balance("Shopify Payments Clearing"), Decimal::ZERO);
    assert_eq!(desk.balance("Checking"), Decimal::ZERO);
    let gone = "<TxnDeletedQueryRq><TxnDelType>ARRefundCreditCard</TxnDelType></TxnDeletedQueryRq>";
    assert_eq!(text(&desk.done(gone), "TxnID"), refund);
}

#[test]
fn a_voided_transaction_comes_back_when_a_mod_states_its_lines_again() {
    let mut desk = Desk::stocked();
    let sale = desk
        .done(&add("SalesReceipt", &line("SalesReceipt", "Widget", "<Quantity>2</Quantity><Amount>100.00</Amount>")));
    let id = text(&sale, "TxnID");
    desk.done(&void("SalesReceipt", &id));
    let voided = desk.done(&look("SalesReceipt", &id));
    let memo_only = desk.done(&modify_answered("SalesReceipt", &voided, "<Memo>VOID: a note</Memo>"));
    assert!(desk.company.transactions().pop().unwrap().void, "a Mod of the form alone leaves it void");
    let lines = "<SalesReceiptLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Widget</FullName></ItemRef>\
                 <Quantity>2</Quantity><Amount>100.00</Amount></SalesReceiptLineMod>";
    let answer = desk.done(&modify_answered("SalesReceipt", &memo_only, &format!("<Memo>order 1</Memo>{lines}")));
    assert_eq!((text(&answer, "TotalAmount"), text(&answer, "Memo")), ("100.00".into(), "order 1".into()));
    assert!(!desk.company.transactions().pop().unwrap().void);
    assert_eq!(
        (desk.balance("Undeposited Funds"), desk.balance("Cost of Goods Sold")),
        (decimal("100"), decimal("40"))
    );
    assert_eq!(desk.company.stock()["Widget"].quantity, decimal("8"));
}

#[test]
fn refunds_and_payments_are_not_voided_where_the_schema_has_no_such_type() {
    let mut desk = Desk::stocked();
    let request = void("ReceivePayment", "1-1");
    let refused = desk.company.process(&crate::support::document(r#"onError="stopOnError""#, &request));
    assert_eq!(refused.unwrap_err().hex(), "0x80040400");
}

#[test]
fn what_lies_before_the_closing_date_can_neither_be_made_nor_changed_voided_or_deleted() {
    let mut desk = Desk::stocked();
    let memo = credit_memo(&mut desk);
    let id = text(&memo, "TxnID");
    desk.company.set_closing_date(Some("2026-06-19".parse().unwrap())).unwrap();
    let add = add(
        "CreditMemo",
        &format!("{ADA}<TxnDate>2026-06-19</TxnDate>{}", line("CreditMemo", "Tip", "<Amount>1.00</Amount>")),
    );
    assert_eq!(desk.status(&add), 3171);
    assert_eq!(desk.status(&modify_answered("CreditMemo", &memo, "<Memo>x</Memo>")), 3171);
    assert_eq!(desk.status(&void("CreditMemo", &id)), 3171);
    assert_eq!(desk.status(&delete("CreditMemo", &id)), 3161);
    let answer = desk.done("<PreferencesQueryRq/>");
    assert_eq!(text(&answer, "ClosingDate"), "2026-06-19");
    assert_eq!(code(&desk.ask(&card_refund("Ada", &id, "1.00"))), 0, "today is open");
}
