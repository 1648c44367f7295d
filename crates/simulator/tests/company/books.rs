use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::{Desk, add, bought, decimal, from_acme, line, look, modify, spent, text, texts};

/// One thing that somebody does; indices pick among what exists.
#[derive(Debug, Clone)]
enum Step {
    Sell { form: usize, lines: Vec<(usize, i64, i64)>, pending: bool },
    Pay { invoice: usize, cents: i64 },
    Refund { memo: usize, cents: i64 },
    Credit { memo: usize, invoice: usize, cents: i64, replace: bool },
    Adjust { quantity: i64 },
    Order { quantity: i64 },
    Buy { form: usize, quantity: i64, cents: i64, order: usize },
    Change { txn: usize, quantity: i64 },
    Void { txn: usize },
    Delete { txn: usize },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let lines = proptest::collection::vec((0usize..8, -3i64..6, -500i64..20_000), 1..6);
    prop_oneof![
        4 => (0usize..3, lines, proptest::bool::weighted(0.1))
            .prop_map(|(form, lines, pending)| Step::Sell { form, lines, pending }),
        2 => (0usize..9, 0i64..20_000).prop_map(|(invoice, cents)| Step::Pay { invoice, cents }),
        1 => (0usize..9, 0i64..20_000).prop_map(|(memo, cents)| Step::Refund { memo, cents }),
        2 => (0usize..9, 0usize..9, 0i64..20_000, any::<bool>())
            .prop_map(|(memo, invoice, cents, replace)| Step::Credit { memo, invoice, cents, replace }),
        1 => (-5i64..9).prop_map(|quantity| Step::Adjust { quantity }),
        1 => (1i64..9).prop_map(|quantity| Step::Order { quantity }),
        3 => (0usize..3, -2i64..9, -500i64..20_000, 0usize..4)
            .prop_map(|(form, quantity, cents, order)| Step::Buy { form, quantity, cents, order }),
        2 => (0usize..9, -2i64..9).prop_map(|(txn, quantity)| Step::Change { txn, quantity }),
        1 => (0usize..9).prop_map(|txn| Step::Void { txn }),
        1 => (0usize..9).prop_map(|txn| Step::Delete { txn }),
        1 => Just(Step::Reopen),
    ]
}

const ITEMS: [&str; 8] = ["Widget", "Shipping", "Tip", "Gift Card", "Discount", "Subtotal", "Paid by card", "NY State"];

fn request(desk: &Desk, step: &Step) -> Option<String> {
    let txns = desk.company.transactions();
    let pick = |index: usize, kind: &str| {
        let of_kind: Vec<_> = txns.iter().filter(|txn| kind.is_empty() || txn.kind == kind).collect();
        (!of_kind.is_empty()).then(|| of_kind[index % of_kind.len()].clone())
    };
    Some(match step {
        Step::Sell { form, lines, pending } => {
            let kind = ["SalesReceipt", "Invoice", "CreditMemo"][*form];
            let lines: String = lines
                .iter()
                .map(|(item, quantity, cents)| {
                    let item = ITEMS[*item];
                    let amount = Decimal::new(*cents, 2);
                    let rest = match item {
                        "Widget" => format!("<Quantity>{quantity}</Quantity><Amount>{amount:.2}</Amount>"),
                        "Subtotal" => String::new(),
                        _ => format!("<Amount>{amount:.2}</Amount>"),
                    };
                    line(kind, item, &rest)
                })
                .collect();
            add(
                kind,
                &format!(
                    "<CustomerRef><FullName>Ada</FullName></CustomerRef><IsPending>{pending}</IsPending>\
                     <ItemSalesTaxRef><FullName>NY State</FullName></ItemSalesTaxRef>{lines}"
                ),
            )
        }
        Step::Pay { invoice, cents } => {
            let invoice = pick(*invoice, "Invoice")?;
            let amount = Decimal::new(*cents, 2);
            add(
                "ReceivePayment",
                &format!(
                    "<CustomerRef><FullName>Ada</FullName></CustomerRef><TotalAmount>{amount:.2}</TotalAmount>\
                     <AppliedToTxnAdd><TxnID>{}</TxnID><PaymentAmount>{amount:.2}</PaymentAmount></AppliedToTxnAdd>",
                    invoice.txn_id
                ),
            )
        }
        Step::Refund { memo, cents } => {
            let memo = pick(*memo, "CreditMemo")?;
            let amount = Decimal::new(*cents, 2);
            add(
                "ARRefundCreditCard",
                &format!(
                    "<CustomerRef><FullName>Ada</FullName></CustomerRef><RefundFromAccountRef><FullName>Checking</FullName></RefundFromAccountRef>\
                     <RefundAppliedToTxnAdd><TxnID>{}</TxnID><RefundAmount>{amount:.2}</RefundAmount></RefundAppliedToTxnAdd>",
                    memo.txn_id
                ),
            )
        }
        Step::Credit { memo, invoice, cents, replace } => {
            let (memo, invoice) = (pick(*memo, "CreditMemo")?, pick(*invoice, "Invoice")?);
            modify(
                "Invoice",
                &format!(
                    "<TxnID>{}</TxnID><EditSequence>{}</EditSequence><SetCredit><CreditTxnID>{}</CreditTxnID>\
                     <AppliedAmount>{:.2}</AppliedAmount><Override>{replace}</Override></SetCredit>",
                    invoice.txn_id,
                    invoice.edit_sequence,
                    memo.txn_id,
                    Decimal::new(*cents, 2)
                ),
            )
        }
        Step::Adjust { quantity } => add(
            "InventoryAdjustment",
            &format!(
                "<AccountRef><FullName>Inventory Shrinkage</FullName></AccountRef><InventoryAdjustmentLineAdd><ItemRef><FullName>Widget</FullName></ItemRef>\
                 <QuantityAdjustment><QuantityDifference>{quantity}</QuantityDifference></QuantityAdjustment></InventoryAdjustmentLineAdd>"
            ),
        ),
        Step::Order { quantity } => from_acme(
            "PurchaseOrder",
            &format!(
                "<PurchaseOrderLineAdd><ItemRef><FullName>Widget</FullName></ItemRef><Quantity>{quantity}</Quantity><Rate>21</Rate></PurchaseOrderLineAdd>"
            ),
        ),
        Step::Buy { form, quantity, cents, order } => {
            let kind = ["ItemReceipt", "Bill", "VendorCredit"][*form];
            let amount = Decimal::new(*cents, 2);
            let order = pick(*order, "PurchaseOrder").filter(|_| *form < 2 && cents % 2 == 0);
            let link = order.map(|order| format!("<LinkToTxnID>{}</LinkToTxnID>", order.txn_id)).unwrap_or_default();
            let item = bought("Widget", &format!("<Quantity>{quantity}</Quantity><Amount>{amount:.2}</Amount>"));
            from_acme(kind, &[link, spent("Rent Expense", "3.00"), item].concat())
        }
        Step::Change { txn, quantity } => {
            let forms: Vec<_> = txns
                .iter()
                .filter(|txn| ["SalesReceipt", "Invoice", "CreditMemo"].contains(&txn.kind.as_str()))
                .collect();
            let form = forms.get(txn % forms.len().max(1))?;
            let kind = &form.kind;
            modify(
                kind,
                &format!(
                    "<TxnID>{}</TxnID><EditSequence>{}</EditSequence><{kind}LineMod><TxnLineID>-1</TxnLineID>\
                     <ItemRef><FullName>Widget</FullName></ItemRef><Quantity>{quantity}</Quantity></{kind}LineMod>",
                    form.txn_id, form.edit_sequence
                ),
            )
        }
        Step::Void { txn } => {
            let txn = pick(*txn, "")?;
            if ["ReceivePayment", "PurchaseOrder"].contains(&txn.kind.as_str()) {
                return None;
            }
            format!("<TxnVoidRq><TxnVoidType>{}</TxnVoidType><TxnID>{}</TxnID></TxnVoidRq>", txn.kind, txn.txn_id)
        }
        Step::Delete { txn } => {
            let txn = pick(*txn, "")?;
            format!("<TxnDelRq><TxnDelType>{}</TxnDelType><TxnID>{}</TxnID></TxnDelRq>", txn.kind, txn.txn_id)
        }
        Step::Reopen => return None,
    })
}

/// What must hold at every moment.
fn check(desk: &mut Desk) {
    let balances = desk.company.trial_balance();
    assert_eq!(balances.values().copied().sum::<Decimal>(), Decimal::ZERO);
    let txns = desk.company.transactions();
    let mut sums = std::collections::BTreeMap::<String, Decimal>::new();
    for txn in &txns {
        assert_eq!(txn.postings.iter().map(|posting| posting.amount).sum::<Decimal>(), Decimal::ZERO);
        assert!(txn.total >= Decimal::ZERO || txn.kind == "InventoryAdjustment");
        for posting in &txn.postings {
            *sums.entry(posting.account.clone()).or_default() += posting.amount;
        }
    }
    for (account, balance) in &balances {
        assert_eq!(*balance, sums.get(account).copied().unwrap_or_default(), "{account}");
    }
    let value: Decimal = desk.company.stock().values().map(|stock| stock.value).sum();
    assert_eq!(value, balances["Inventory Asset"]);
    let received: Decimal = txns
        .iter()
        .filter(|txn| txn.kind == "PurchaseOrder")
        .flat_map(|txn| texts(&desk.done(&look(&txn.kind, txn.txn_id.as_str())), "ReceivedQuantity"))
        .map(|quantity| decimal(&quantity))
        .sum();
    // What is linked was ordered at 21 a unit.
    let linked: Decimal = txns
        .iter()
        .filter(|txn| ["ItemReceipt", "Bill"].contains(&txn.kind.as_str()))
        .flat_map(|txn| {
            let answer = desk.done(&look(&txn.kind, txn.txn_id.as_str()));
            answer.split("<LinkedTxn>").skip(1).map(|link| decimal(&text(link, "Amount"))).collect::<Vec<_>>()
        })
        .sum();
    assert_eq!(linked, received * decimal("-21"), "both sides of the links say the same");
    let vendor = desk.done("<VendorQueryRq><FullName>Acme</FullName></VendorQueryRq>");
    assert_eq!(decimal(&text(&vendor, "Balance")), -balances["Accounts Payable"]);
    let mut open = Decimal::ZERO;
    let fields = [
        ("Invoice", "BalanceRemaining", 1),
        ("CreditMemo", "CreditRemaining", -1),
        ("ReceivePayment", "UnusedPayment", -1),
    ];
    for (kind, field, sign) in fields {
        for txn in txns.iter().filter(|txn| txn.kind == kind && !txn.pending) {
            let answer = desk.done(&look(kind, txn.txn_id.as_str()));
            let left: Decimal = text(&answer, field).parse().unwrap();
            assert!(left >= Decimal::ZERO, "{answer}");
            open += left * Decimal::from(sign);
        }
    }
    for refund in txns.iter().filter(|txn| txn.kind == "ARRefundCreditCard") {
        let answer = desk.done(&look(&refund.kind, refund.txn_id.as_str()));
        let applied: Decimal =
            texts(&answer, "RefundAmount").iter().map(|amount| amount.parse::<Decimal>().unwrap()).sum();
        open += refund.total - applied;
    }
    assert_eq!(open, balances["Accounts Receivable"], "what is open adds up to what is owed");
    let customer = desk.ask("<CustomerQueryRq><FullName>Ada</FullName></CustomerQueryRq>");
    assert_eq!(text(&customer, "Balance").parse::<Decimal>().unwrap(), balances["Accounts Receivable"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_trial_balance_is_zero_after_any_sequence_of_operations(steps in proptest::collection::vec(step(), 1..24)) {
        let mut desk = Desk::stocked();
        desk.done(&add("Vendor", "<Name>Acme</Name>"));
        for step in &steps {
            if matches!(step, Step::Reopen) {
                let before = (desk.company.trial_balance(), desk.company.transactions());
                desk = desk.reopen();
                prop_assert_eq!(&before, &(desk.company.trial_balance(), desk.company.transactions()));
            } else if let Some(request) = request(&desk, step) {
                desk.ask(&request);
            }
            check(&mut desk);
        }
    }
}
