//! Proposals: for each category of the shop the account, class or sales-tax item of the company file that it most likely
//! belongs to, by type first and then by name.
//!
//! A proposal is shown to the merchant, who decides; nothing is posted by it. Where two fit equally well none is proposed,
//! and where none fits, one to be made is.

use std::collections::BTreeSet;

use qbxml::{AccountType, ListId, limits, text};
use serde::{Deserialize, Serialize};

use crate::{
    categories::Category,
    lists::NameSpace,
    mapping::{Accounts, Mapping, NewAccount, Purpose},
};

/// What is proposed at least; less is only a candidate.
const PROPOSED_FROM: u8 = 55;
/// Candidates shown at most.
const CANDIDATES: usize = 5;

/// Something in the company file that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// QuickBooks' id.
    pub id: ListId,
    /// Full name, levels parted by colons.
    pub full_name: String,
    /// An account's type, such as `Income`; else QuickBooks' kind of object.
    pub kind: String,
    /// Whether it may be used.
    pub active: bool,
    /// An account's number, where the company file has numbers.
    pub number: Option<String>,
    /// An account's description.
    pub description: Option<String>,
    /// The role that QuickBooks itself gives to an account, such as `UndepositedFunds`.
    pub special: Option<String>,
}

/// Why something is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// It has the very name that books migrated from QuickBooks Point of Sale use (PRODUCT.md 1.4).
    DefaultName,
    /// QuickBooks itself gives it that role.
    SpecialAccount,
    /// It has a usual name for it.
    UsualName,
    /// Its name, without words that say nothing, or with those of the account above it, is a usual one.
    SameWords,
    /// Its name is a usual one but for a letter or two.
    AlmostTheName,
    /// It is the only account of a type that fits.
    OnlyOneOfItsType,
    /// Its description speaks of it.
    Description,
}

impl Because {
    /// Stable code of the message catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DefaultName => "proposal.default_name",
            Self::SpecialAccount => "proposal.special_account",
            Self::UsualName => "proposal.usual_name",
            Self::SameWords => "proposal.same_words",
            Self::AlmostTheName => "proposal.almost_the_name",
            Self::OnlyOneOfItsType => "proposal.only_one",
            Self::Description => "proposal.description",
        }
    }
}

/// Something that may be the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Full name.
    pub full_name: String,
    /// How sure it is, up to 100.
    pub score: u8,
    /// Why.
    pub because: Because,
}

/// What is proposed for a category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The one; none where nothing is likely enough, or where several are equally likely.
    pub best: Option<Candidate>,
    /// What else comes near, the likeliest first; the best is among them.
    pub candidates: Vec<Candidate>,
    /// Where nothing fits: full name and kind of an account that can be made.
    pub create: Option<(String, NewAccount)>,
}

/// What to choose for `category` among `choices`, which may be the whole chart of accounts.
#[must_use]
pub fn propose(category: &Category, mapping: &Mapping, choices: &[Choice]) -> Proposal {
    let names = Names::of(category, mapping);
    let fitting = category.fitting();
    let fits = |choice: &&Choice| choice.active && fitting.contains(&choice.kind.as_str());
    let fitting: Vec<&Choice> = choices.iter().filter(fits).collect();
    let mut candidates: Vec<Candidate> =
        fitting.iter().filter_map(|choice| names.judge(category, choice, fitting.len() == 1)).collect();
    candidates.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.full_name.cmp(&b.full_name)));
    let best = match candidates.as_slice() {
        [first, second, ..] if first.score == second.score => None,
        [first, ..] if first.score >= PROPOSED_FROM => Some(first.clone()),
        _ => None,
    };
    let likely = candidates.first().is_some_and(|first| first.score >= PROPOSED_FROM);
    candidates.truncate(CANDIDATES);
    let create = if likely { None } else { names.to_create(category, choices) };
    Proposal { best, candidates, create }
}

/// What an object for a category may be called.
struct Names {
    /// The full name that it has where nothing speaks against it.
    default: String,
    /// Usual names, the likeliest first.
    usual: Vec<String>,
    /// The account below which it belongs.
    parent: Option<String>,
}

impl Names {
    fn of(category: &Category, mapping: &Mapping) -> Self {
        match category {
            Category::Purpose(purpose) => Self {
                default: Accounts::default().get(*purpose).to_owned(),
                usual: usual(*purpose).iter().map(|name| (*name).to_owned()).collect(),
                parent: None,
            },
            Category::AtLocation { location, purpose } => Self::below(mapping.accounts.get(*purpose), location),
            Category::GatewayAt { gateway, location } => {
                Self::below(mapping.gateways.get(gateway).map_or("", |gateway| &gateway.clearing), location)
            }
            Category::ProductType(name) => {
                let mut names = Self::below(&mapping.accounts.sales, name);
                names.usual.extend(["{} Sales", "{} Income", "{} Revenue"].map(|pattern| pattern.replace("{}", name)));
                names
            }
            Category::Gateway(name) => Self::of_gateway(name),
            Category::Adjustment(reason) => {
                let patterns = ["{}", "Inventory {}", "{} Expense", "{} Inventory", "{} Goods"];
                let usual = patterns.iter().map(|pattern| pattern.replace("{}", reason)).collect();
                Self { default: reason.clone(), usual, parent: None }
            }
            Category::Online => Self {
                default: "Online Store".to_owned(),
                usual: ["Online", "Web", "Web Store", "Online Sales", "E-commerce", "Shopify"]
                    .map(str::to_owned)
                    .into(),
                parent: None,
            },
            Category::Tax(title) | Category::Location(title) => {
                let usual = vec![format!("{title} Tax"), title.to_lowercase().replace(" tax", "")];
                Self { default: title.clone(), usual, parent: None }
            }
        }
    }

    /// Something of its own below a common account.
    fn below(common: &str, name: &str) -> Self {
        let leaf = common.rsplit(':').next().unwrap_or_default();
        let usual = vec![format!("{leaf} {name}"), format!("{name} {leaf}")];
        Self { default: format!("{common}:{name}"), usual, parent: Some(common.to_owned()) }
    }

    fn of_gateway(name: &str) -> Self {
        let known: &[&str] = match name.to_lowercase().as_str() {
            "cash" => &["Cash in Drawer", "Cash Drawer", "Till", "Cash Register", "Cash on Hand", "Petty Cash"],
            "manual" | "check" | "cheque" | "bank_transfer" | "bogus" => &["Undeposited Funds", "Undeposited Receipts"],
            "shopify_payments" => &[
                "Shopify Payments Clearing",
                "Shopify Clearing",
                "Shopify Payments",
                "Shopify Payouts",
                "Shopify Receivable",
            ],
            _ => &[],
        };
        let title = titled(name);
        let patterns = ["{} Clearing", "{}", "{} Account", "{} Bank", "{} Payments", "{} Receivable", "{} Wallet"];
        let mut usual: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        usual.extend(patterns.iter().map(|pattern| pattern.replace("{}", &title)));
        Self { default: usual.first().cloned().unwrap_or_default(), usual, parent: None }
    }

    /// How likely the choice is the one; none where nothing speaks for it.
    fn judge(&self, category: &Category, choice: &Choice, only: bool) -> Option<Candidate> {
        let leaf = choice.full_name.rsplit(':').next().unwrap_or_default();
        let depth = choice.full_name.matches(':').count();
        let (score, because) = self.likeness(category, choice, leaf).or_else(|| {
            // One account of a type says something only where QuickBooks has the type for the very purpose.
            let own_type = matches!(category, Category::Purpose(_)) && category.fitting().len() == 1;
            (only && own_type && choice.kind != "OtherCurrentLiability" && choice.kind != "OtherCurrentAsset")
                .then_some((56, Because::OnlyOneOfItsType))
        })?;
        let below_parent = self
            .parent
            .as_ref()
            .is_some_and(|parent| choice.full_name.to_lowercase().starts_with(&format!("{}:", parent.to_lowercase())));
        // What lies deep is likelier something special, and a type that is named first is the usual one.
        let deep = if below_parent { 0 } else { depth.min(5) * 2 };
        let place = category.fitting().iter().position(|kind| *kind == choice.kind).unwrap_or_default();
        let less = u8::try_from(deep + place).unwrap_or(u8::MAX);
        Some(Candidate { full_name: choice.full_name.clone(), score: score.saturating_sub(less), because })
    }

    fn likeness(&self, category: &Category, choice: &Choice, leaf: &str) -> Option<(u8, Because)> {
        let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
        if same(&choice.full_name, &self.default) || same(leaf, &self.default) {
            return Some((100, Because::DefaultName));
        }
        if choice.special.as_deref().is_some_and(|special| special_of(category) == Some(special)) {
            return Some((95, Because::SpecialAccount));
        }
        let (own, path) = (words(leaf), words(&choice.full_name));
        let (bare, bare_path) = (meaning(&own), meaning(&path));
        let mut best = None;
        let mut at_least = |score: u8, because: Because| {
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, because));
            }
        };
        for (rank, name) in (0_u8..).zip(&self.usual) {
            let wanted = words(name);
            if wanted.is_empty() {
                continue;
            }
            let meant = meaning(&wanted);
            if own == wanted {
                at_least(90_u8.saturating_sub(rank), Because::UsualName);
            } else if !meant.is_empty() && bare == meant {
                at_least(75_u8.saturating_sub(rank), Because::SameWords);
            } else if meant.len() > 1 && bare.is_subset(&meant) && !bare.is_empty() && bare_path == meant {
                at_least(72_u8.saturating_sub(rank), Because::SameWords);
            } else if wanted.len() > 1 && own.len() == wanted.len() + 1 && says(&own, &wanted) {
                at_least(62_u8.saturating_sub(rank), Because::SameWords);
            } else if is_almost(&own.join(" "), &wanted.join(" ")) {
                at_least(65_u8.saturating_sub(rank), Because::AlmostTheName);
            }
        }
        if self
            .parent
            .as_deref()
            .is_some_and(|parent| choice.full_name.to_lowercase().starts_with(&format!("{}:", parent.to_lowercase())))
            && own == words(self.default.rsplit(':').next().unwrap_or_default())
        {
            at_least(98, Because::DefaultName);
        }
        if let Some(description) = &choice.description {
            let said = words(description);
            let speaks = |name: &String| {
                let wanted = words(name);
                wanted.len() > 1 && says(&said, &wanted)
            };
            if self.usual.iter().any(speaks) {
                at_least(45, Because::Description);
            }
        }
        best
    }

    /// An account that can be made; below another one it has its type, as QuickBooks demands.
    fn to_create(&self, category: &Category, choices: &[Choice]) -> Option<(String, NewAccount)> {
        let leaf = self.default.rsplit(':').next().unwrap_or_default();
        let is_account = category.space() == NameSpace::Account && !matches!(category, Category::Adjustment(_));
        if !is_account || leaf.is_empty() || text::name(leaf, limits::LIST_NAME) != leaf {
            return None;
        }
        let taken = choices.iter().any(|choice| choice.full_name.eq_ignore_ascii_case(&self.default));
        let types = category.fitting();
        let kind = match &self.parent {
            None => types.first().copied(),
            Some(parent) => choices
                .iter()
                .find(|choice| choice.active && choice.full_name.eq_ignore_ascii_case(parent))
                .map(|choice| choice.kind.as_str())
                .filter(|kind| types.contains(kind)),
        };
        let account_type = account_type(kind?)?;
        (!taken).then(|| (self.default.clone(), NewAccount { account_type }))
    }
}

/// QuickBooks' type of this name.
fn account_type(name: &str) -> Option<AccountType> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// Usual names of accounts for a purpose beside the default one: those of QuickBooks' own new company files, of other
/// connectors and of bookkeepers.
const fn usual(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Sales => &[
            "Merchandise Sales",
            "Sales",
            "Product Sales",
            "Sales of Product Income",
            "Sales Income",
            "Sales Revenue",
            "Retail Sales",
            "Revenue",
            "Gross Sales",
        ],
        Purpose::Discounts => &[
            "Sales Discounts",
            "Discounts Given",
            "Discounts",
            "Customer Discounts",
            "Discounts Allowed",
            "Discounts/Refunds Given",
            "Promotional Discounts",
        ],
        Purpose::Shipping => &[
            "Shipping Income",
            "Delivery Income",
            "Shipping and Delivery Income",
            "Shipping Charges Collected",
            "Freight Income",
            "Shipping Revenue",
            "Postage Income",
            "Shipping & Handling Income",
            "Shipping & Handling",
            "Shipping Charged",
        ],
        Purpose::Tips => &[
            "Employee Tips Payable",
            "Tips Payable",
            "Tips",
            "Gratuities Payable",
            "Tip Liability",
            "Gratuities",
            "Accrued Tips",
        ],
        Purpose::GiftCards => &[
            "Gift Cards Outstanding",
            "Gift Card Liability",
            "Gift Certificates Outstanding",
            "Gift Cards Payable",
            "Gift Certificate Liability",
            "Gift Cards",
            "Unredeemed Gift Cards",
            "Deferred Revenue Gift Cards",
        ],
        Purpose::StoreCredit => &[
            "Store Credit Outstanding",
            "Store Credit Liability",
            "Store Credits",
            "Store Credit Payable",
            "Customer Credits",
            "Merchandise Credits",
        ],
        Purpose::Cogs => &["Cost of Goods Sold", "COGS", "Cost of Sales", "Cost of Merchandise Sold", "Cost of Goods"],
        Purpose::InventoryAsset => &[
            "Inventory Asset",
            "Inventory",
            "Merchandise Inventory",
            "Stock on Hand",
            "Inventory on Hand",
            "Finished Goods",
        ],
        Purpose::AccountsReceivable => &["Accounts Receivable", "A/R", "Trade Receivables", "Trade Debtors", "Debtors"],
        Purpose::SalesTax => &["Sales Tax Payable", "Sales Tax Liability", "Sales Taxes", "State Sales Tax Payable"],
        Purpose::MarketplaceTax => &[
            "Marketplace Tax Collected",
            "Marketplace Facilitator Tax",
            "Marketplace Tax Payable",
            "Marketplace Sales Tax",
            "Facilitator Tax",
        ],
        Purpose::Duties => &[
            "Duties Payable",
            "Duties Collected",
            "Customs Duties Payable",
            "Import Duties Payable",
            "Duties & Import Taxes Payable",
            "Import Duties Collected",
        ],
        Purpose::Fees => &["Fee Income", "Other Fees", "Service Fee Income", "Surcharge Income", "Fees Collected"],
        Purpose::CashRounding => {
            &["Cash Rounding", "Rounding", "Rounding Differences", "Cash Over/Short", "Over/Short"]
        }
        Purpose::Returns => &[
            "Returns & Allowances",
            "Sales Returns and Allowances",
            "Sales Returns",
            "Returns",
            "Refunds",
            "Refunds and Allowances",
            "Customer Refunds",
        ],
        Purpose::CustomerDeposits => &[
            "Customer Deposits",
            "Customer Prepayments",
            "Deposits from Customers",
            "Unearned Revenue",
            "Deferred Revenue",
            "Customer Advances",
        ],
        Purpose::Shrinkage => &[
            "Inventory Shrinkage",
            "POS Inventory Adjustments",
            "Inventory Adjustments",
            "Shrinkage",
            "Inventory Write-off",
            "Inventory Loss",
            "Damaged Goods",
            "Inventory Variance",
        ],
        Purpose::AccountsPayable => &["Accounts Payable", "A/P", "Trade Payables", "Trade Creditors", "Creditors"],
        Purpose::Freight => &[
            "Freight & Shipping Costs",
            "Freight In",
            "Freight and Delivery",
            "Freight",
            "Inbound Freight",
            "Freight Costs",
            "Shipping Costs",
            "Shipping and Freight Cost",
            "Import Duties and Freight",
        ],
        Purpose::PurchaseDiscounts => &[
            "Purchase Discounts",
            "Vendor Discounts",
            "Supplier Discounts",
            "Discounts Taken",
            "Purchase Price Variance",
        ],
        Purpose::OpeningStock => &["Opening Balance Equity", "Opening Bal Equity", "Opening Balances"],
    }
}

/// The role for which QuickBooks itself marks an account.
fn special_of(category: &Category) -> Option<&'static str> {
    match category {
        Category::Purpose(Purpose::AccountsReceivable) => Some("AccountsReceivable"),
        Category::Purpose(Purpose::AccountsPayable) => Some("AccountsPayable"),
        Category::Purpose(Purpose::SalesTax) => Some("SalesTaxPayable"),
        Category::Purpose(Purpose::Cogs) => Some("CostOfGoodsSold"),
        Category::Purpose(Purpose::OpeningStock) => Some("OpeningBalanceEquity"),
        Category::Purpose(Purpose::InventoryAsset) => Some("InventoryAssets"),
        Category::Gateway(name) if matches!(name.as_str(), "manual" | "check" | "cheque") => Some("UndepositedFunds"),
        _ => None,
    }
}

/// A gateway's name as people write it.
fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(['_', '-', ' ']).filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(" ")
}

/// Words that say nothing about what an account is for.
const EMPTY_WORDS: &[&str] = &["shopify", "online", "web", "pos", "account", "the", "of", "our", "ecommerce", "other"];

/// The words of a name in one spelling: small letters, singular, without numbers, signs and "and".
fn words(name: &str) -> Vec<String> {
    let name = name.to_lowercase().replace("a/r", "accounts receivable").replace("a/p", "accounts payable");
    name.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "and" && !word.chars().all(|letter| letter.is_ascii_digit()))
        .map(|word| match word {
            "acct" | "accts" => "account".to_owned(),
            "disc" => "discount".to_owned(),
            "inv" => "inventory".to_owned(),
            "taxes" => "tax".to_owned(),
            word if word.chars().count() > 3 && word.ends_with("ies") => format!("{}y", word.trim_end_matches("ies")),
            word if word.chars().count() > 3 && !word.ends_with("ss") => word.trim_end_matches('s').to_owned(),
            word => word.to_owned(),
        })
        .collect()
}

/// The words that say something.
fn meaning(words: &[String]) -> BTreeSet<&str> {
    words.iter().map(String::as_str).filter(|word| !EMPTY_WORDS.contains(word)).collect()
}

/// Whether some words, which are not none, stand in a text one after the other.
fn says(text: &[String], words: &[String]) -> bool {
    text.windows(words.len()).any(|part| part == words)
}

/// Whether two names differ by a letter or two: longer ones only, because short words are often near each other.
fn is_almost(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < 7 || a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (place, letter) in a.iter().enumerate() {
        let mut next = vec![place + 1];
        for ((other, above_left), above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((above_left + usize::from(letter != other)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().is_some_and(|distance| *distance <= 2)
}
