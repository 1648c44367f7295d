//! Why an entry is as it is, and why something is held: for people, with stable codes for the message catalogue.

use jiff::civil::Date;
use qbxml::ListId;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{entry::EntryKey, money::Money};

/// A reason behind an entry, for people; its words are in the message catalogue under [`Why::code`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// A sales receipt, because the order is paid in full through one gateway (or free).
    PaidInFull,
    /// An invoice with payments, because several gateways took money.
    SeveralGateways {
        /// Their names.
        gateways: Vec<String>,
    },
    /// The date is the order's in the shop's time zone.
    ShopDate {
        /// The zone's IANA name.
        zone: String,
    },
    /// The class stands for the location.
    ClassOfLocation {
        /// The location's name or id.
        location: String,
        /// The class.
        class: String,
    },
    /// The money goes to the clearing account of the gateway.
    ClearingAccount {
        /// The gateway.
        gateway: String,
        /// The account.
        account: String,
    },
    /// Tax is posted exactly as charged.
    ExactTax,
    /// Tax that the marketplace remits is kept apart.
    MarketplaceTax,
    /// Prices contain tax: lines are posted net.
    NetOfTax,
    /// The customer is the generic one.
    GenericCustomer,
    /// A gift card was sold: a liability, not income.
    GiftCardSold,
    /// A gift card paid part: it lowers the liability.
    GiftCardUsed,
    /// Cash was rounded.
    CashRounded,
    /// An object of that name is in the company file already and is used; from now on it belongs to `key`.
    Adopted {
        /// The identity that an entry for it would have had.
        key: EntryKey,
        /// QuickBooks' id of it.
        id: ListId,
        /// Its full name.
        name: String,
    },
    /// The form follows from how far the order is paid and delivered, as the mapping has it.
    OrderState {
        /// `unpaid`, `partly_paid` or `paid`.
        paid: String,
        /// `undelivered`, `partly_delivered` or `delivered`.
        delivered: String,
        /// `sales_receipt`, `invoice` or `sales_order`.
        form: String,
    },
    /// The mapping wants a sales order, which this edition of QuickBooks does not have.
    NoSalesOrders,
    /// An edit changes the form in place: its period is open and nothing is linked to it.
    EditedInPlace,
    /// An edit has an entry of its own, dated when it happened.
    EditedLater,
    /// It was cancelled before anything was paid.
    CancelledUnpaid,
    /// The order is agreed on a sales receipt or invoice now, or was cancelled: the sales order is closed.
    SalesOrderDone,
    /// A deposit on a sales order: owed to the buyer until the goods are delivered.
    Deposit,
    /// The deposit is used up.
    DepositUsed,
    /// Goods came back into stock, or never left it.
    Restocked,
    /// Goods came back, but not into stock.
    NotRestocked,
    /// Goods came back of no use: into stock, and out of it again as a loss.
    Damaged,
    /// More went back than the parts of the refund come to.
    Unallocated,
    /// What is owed back is set against what is still owed.
    SetAgainstInvoice,
    /// The credit goes to a gift card or store credit instead of being paid out.
    GivenAsCredit,
    /// It belongs into a closed period and is posted on the first open day, as the mapping has it.
    MovedToOpenPeriod {
        /// The day on which it happened.
        from: Date,
    },
    /// The same e-mail address or part number says that it is the one.
    Matched {
        /// What both have.
        by: String,
        /// Full name in the company file.
        name: String,
    },
    /// Its day's sales become one entry, as the mapping has it: it is a part of that.
    PartOfDay,
    /// The sum of a day's sales.
    SumOfDay {
        /// How many entries are its parts.
        parts: u32,
    },
    /// The shop does not tell what these goods cost: their cost is not posted.
    UnitCostUnknown {
        /// What the goods are called, or how many there are.
        goods: String,
    },
    /// The shop does not tell the unit cost of some of the goods.
    UnitCostsUnknown {
        /// Of how many.
        count: usize,
    },
    /// The day is a journal entry, because a sales receipt can't take what is on it.
    NoSalesReceipt {
        /// The account, or the item.
        what: String,
    },
    /// QuickBooks does not let the day's entry be changed: what came later has an entry of its own.
    RestOfDay,
    /// Somebody wants this undone.
    Undo,
    /// The vendor is the generic one.
    GenericVendor,
    /// Sent to the supplier: a purchase order, which posts nothing.
    Ordered,
    /// The order changed, or is done with: its purchase order says so.
    OrderChanged,
    /// Goods came.
    GoodsReceived,
    /// Freight, duty and what the supplier adds or takes off stand on the first receipt.
    ChargesOnFirstReceipt,
    /// Freight and duty are part of what the goods cost.
    ChargesInCost,
    /// Tax on the purchase is part of what the goods cost.
    TaxInCost,
    /// Converted from another currency at the order's own rate, each line rounded to the cent.
    Converted {
        /// The currency's code.
        currency: String,
        /// What one unit of it is worth.
        rate: Decimal,
    },
    /// Goods of which QuickBooks keeps no stock are spent when they come.
    NotCounted,
    /// The source says another price or quantity than it did; what was received is changed in place.
    ReceiptChanged,
    /// The same, with an entry of its own for the difference.
    ReceiptDiffers,
    /// Fewer goods were kept than had come.
    GoodsReturned,
    /// Stock was counted, damaged, lost or found, for this reason.
    StockAdjusted {
        /// The reason, in the source's words; empty where it does not say.
        reason: String,
        /// The account of it.
        account: String,
    },
    /// Stock arrived from another location.
    StockMoved,
    /// It is made because the shop has it: the initial integration carries over whole lists.
    Introduced,
    /// The stock that was there at the cut-over date.
    OpeningStock {
        /// The cut-over date.
        date: Date,
    },
    /// It is made because an entry needs it.
    NeededBy {
        /// What people call the document that needs it.
        title: String,
    },
}

impl Why {
    /// At what rate something was converted.
    pub(crate) const fn rate(&self) -> Option<Decimal> {
        match self {
            Self::Converted { rate, .. } => Some(*rate),
            _ => None,
        }
    }

    /// Stable code of the message catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PaidInFull => "why.paid_in_full",
            Self::SeveralGateways { .. } => "why.several_gateways",
            Self::ShopDate { .. } => "why.shop_date",
            Self::ClassOfLocation { .. } => "why.class_of_location",
            Self::ClearingAccount { .. } => "why.clearing_account",
            Self::ExactTax => "why.exact_tax",
            Self::MarketplaceTax => "why.marketplace_tax",
            Self::NetOfTax => "why.net_of_tax",
            Self::GenericCustomer => "why.generic_customer",
            Self::GiftCardSold => "why.gift_card_sold",
            Self::GiftCardUsed => "why.gift_card_used",
            Self::CashRounded => "why.cash_rounded",
            Self::Adopted { .. } => "why.adopted",
            Self::OrderState { .. } => "why.order_state",
            Self::NoSalesOrders => "why.no_sales_orders",
            Self::EditedInPlace => "why.edited_in_place",
            Self::EditedLater => "why.edited_later",
            Self::CancelledUnpaid => "why.cancelled_unpaid",
            Self::SalesOrderDone => "why.sales_order_done",
            Self::Deposit => "why.deposit",
            Self::DepositUsed => "why.deposit_used",
            Self::Restocked => "why.restocked",
            Self::NotRestocked => "why.not_restocked",
            Self::Damaged => "why.damaged",
            Self::Unallocated => "why.unallocated",
            Self::SetAgainstInvoice => "why.set_against_invoice",
            Self::GivenAsCredit => "why.given_as_credit",
            Self::MovedToOpenPeriod { .. } => "why.moved_to_open_period",
            Self::Matched { .. } => "why.matched",
            Self::PartOfDay => "why.part_of_day",
            Self::SumOfDay { .. } => "why.sum_of_day",
            Self::UnitCostUnknown { .. } => "why.unit_cost_unknown",
            Self::UnitCostsUnknown { .. } => "why.unit_costs_unknown",
            Self::NoSalesReceipt { .. } => "why.no_sales_receipt",
            Self::RestOfDay => "why.rest_of_day",
            Self::Undo => "why.undo",
            Self::GenericVendor => "why.generic_vendor",
            Self::Ordered => "why.ordered",
            Self::OrderChanged => "why.order_changed",
            Self::GoodsReceived => "why.goods_received",
            Self::ChargesOnFirstReceipt => "why.charges_on_first_receipt",
            Self::ChargesInCost => "why.charges_in_cost",
            Self::TaxInCost => "why.tax_in_cost",
            Self::Converted { .. } => "why.converted",
            Self::NotCounted => "why.not_counted",
            Self::ReceiptChanged => "why.receipt_changed",
            Self::ReceiptDiffers => "why.receipt_differs",
            Self::GoodsReturned => "why.goods_returned",
            Self::StockAdjusted { .. } => "why.stock_adjusted",
            Self::StockMoved => "why.stock_moved",
            Self::Introduced => "why.introduced",
            Self::OpeningStock { .. } => "why.opening_stock",
            Self::NeededBy { .. } => "why.needed_by",
        }
    }
}

/// Why something may not be sent until somebody decides; its words and the one action that frees it are in the message
/// catalogue under [`HeldReason::code`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum HeldReason {
    /// No account is chosen for this purpose, or the chosen one is not in the company file.
    NoAccount {
        /// The purpose's key in the mapping, such as `shipping`.
        purpose: String,
        /// The chosen account, if one is.
        account: Option<String>,
    },
    /// The chosen account can't be used for this purpose.
    WrongAccountType {
        /// The purpose's key in the mapping.
        purpose: String,
        /// The account.
        account: String,
        /// Its type in QuickBooks.
        account_type: String,
    },
    /// The chosen account is inactive in QuickBooks.
    InactiveAccount {
        /// The purpose's key in the mapping.
        purpose: String,
        /// The account.
        account: String,
    },
    /// The income account that sold items have in QuickBooks is inactive there. No choice in the mapping changes it.
    ItemsAccount {
        /// The account.
        account: String,
    },
    /// A location has an account of its own for a purpose for which it can't have one.
    NotPerLocation {
        /// The purpose's key in the mapping, with the location.
        purpose: String,
    },
    /// What is chosen was in QuickBooks and has been deleted there.
    ChoiceGone {
        /// The choice's key in the mapping.
        purpose: String,
        /// Its name.
        name: String,
    },
    /// QuickBooks' list has no room for another object.
    ListFull {
        /// The list: `names`, `customers`, `items` ….
        list: String,
        /// How many objects it has, and will have with what waits to be made.
        used: u32,
        /// The most that it can have.
        ceiling: u32,
    },
    /// A gateway that the mapping does not know.
    UnknownGateway {
        /// The gateway's name in the shop.
        gateway: String,
    },
    /// A tax that the mapping does not know, and new ones are not to be made.
    UnknownTax {
        /// The tax's title in the shop.
        title: String,
    },
    /// A location that the mapping does not know, and new ones are not to be made.
    UnknownLocation {
        /// The location's name or id.
        location: String,
    },
    /// A product type that the mapping does not know, and new ones are not to be posted to the account of sales.
    UnknownProductType {
        /// The product type in the shop.
        product_type: String,
    },
    /// The name is taken in the company file by something of another kind, or by something inactive.
    NameTaken {
        /// The name.
        name: String,
        /// What holds it.
        kind: String,
    },
    /// The order's currency is not that of the shop's books.
    ForeignCurrency {
        /// The order's currency code.
        currency: String,
    },
    /// The source's figures contradict each other.
    DoesNotAddUp {
        /// The source's total.
        stated: Money,
        /// What its parts come to.
        computed: Money,
    },
    /// An amount has more decimals than QuickBooks can hold.
    FractionOfCent {
        /// The amount.
        amount: Money,
    },
    /// QuickBooks broke off each time it was given this.
    NoAnswer {
        /// How often.
        tries: u32,
    },
    /// The sales-tax item for the footer computes tax, so that QuickBooks would add it to what was charged.
    FooterTaxed {
        /// The item.
        item: String,
        /// Its rate in percent.
        rate: String,
    },
    /// The order is a kind that can't be carried over yet, in one word: `refund`, `edit` ….
    NotCarriedYet {
        /// The kind.
        what: String,
    },
    /// A value that QuickBooks' field can't hold, such as an amount of more than 13 digits (PROTOCOL.md c.8).
    DoesNotFit {
        /// The field, or what it holds.
        field: String,
    },
    /// The shop does not tell what was agreed when, so that what happened after the order was placed can't be told apart.
    HistoryMissing,
    /// It belongs into a period that is closed in QuickBooks.
    ClosedPeriod {
        /// The day on which it happened.
        date: Date,
        /// The last day of the closed period.
        closed_until: Date,
    },
    /// The shop's currency is not that of the company's books.
    NotHomeCurrency {
        /// The shop's currency code.
        currency: String,
        /// The company's.
        home: String,
    },
    /// What was posted for it was undone; what came since waits for a decision.
    Undone,
    /// Somebody changed it in QuickBooks since it was posted.
    ChangedInQuickBooks,
    /// The shop has deleted it, and it is in QuickBooks.
    GoneFromShop,
    /// The source does not say what something that is bought, or whose stock changed, costs.
    NoUnitCost {
        /// What it is called.
        item: String,
    },
    /// The source names goods of whose stock it has not told.
    UnknownGoods {
        /// What they are called.
        item: String,
    },
    /// A purchase is in another currency, and the source does not say at what rate.
    NoExchangeRate {
        /// The currency's code.
        currency: String,
    },
    /// More was paid than is owed.
    Overpaid {
        /// By how much.
        by: Money,
    },
    /// QuickBooks refused it, with QuickBooks' words.
    Refused {
        /// QuickBooks' status code.
        status: i32,
        /// QuickBooks' own message.
        message: String,
    },
}

impl HeldReason {
    /// Stable code of the message catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAccount { .. } => "held.no_account",
            Self::WrongAccountType { .. } => "held.wrong_account_type",
            Self::InactiveAccount { .. } => "held.inactive_account",
            Self::ItemsAccount { .. } => "held.items_account",
            Self::NotPerLocation { .. } => "held.not_per_location",
            Self::ChoiceGone { .. } => "held.choice_gone",
            Self::ListFull { .. } => "held.list_full",
            Self::UnknownGateway { .. } => "held.unknown_gateway",
            Self::UnknownTax { .. } => "held.unknown_tax",
            Self::UnknownLocation { .. } => "held.unknown_location",
            Self::UnknownProductType { .. } => "held.unknown_product_type",
            Self::NameTaken { .. } => "held.name_taken",
            Self::ForeignCurrency { .. } => "held.foreign_currency",
            Self::DoesNotAddUp { .. } => "held.does_not_add_up",
            Self::FractionOfCent { .. } => "held.fraction_of_cent",
            Self::NoAnswer { .. } => "held.no_answer",
            Self::FooterTaxed { .. } => "held.footer_taxed",
            Self::NotCarriedYet { .. } => "held.not_carried_yet",
            Self::DoesNotFit { .. } => "held.does_not_fit",
            Self::HistoryMissing => "held.history_missing",
            Self::ClosedPeriod { .. } => "held.closed_period",
            Self::NotHomeCurrency { .. } => "held.not_home_currency",
            Self::Undone => "held.undone",
            Self::ChangedInQuickBooks => "held.changed_in_quickbooks",
            Self::GoneFromShop => "held.gone_from_shop",
            Self::NoUnitCost { .. } => "held.no_unit_cost",
            Self::UnknownGoods { .. } => "held.unknown_goods",
            Self::NoExchangeRate { .. } => "held.no_exchange_rate",
            Self::Overpaid { .. } => "held.overpaid",
            Self::Refused { .. } => "held.refused",
        }
    }
}
