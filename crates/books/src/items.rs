//! What is sold as QuickBooks' items: goods by variant, and items of ours for everything else.

use qbxml::{
    ItemDiscountAdd, ItemInventoryAdd, ItemNonInventoryAdd, ItemOtherChargeAdd, ItemPrice, ItemSalesTaxAdd, ItemSides,
    Percent, Price, Ref, SalesOrPurchase, limits, text,
};

use crate::{
    body::Body,
    categories::Category,
    document::{DocumentId, Fact, OrderLine, Variant},
    entry::{EntryKey, EntryKind},
    lists::NameSpace,
    map::Context,
    mapping::{GoodsKind, Mapping, Mode, NewProductType, NewTax, Purpose},
    money::Money,
    names,
    needs::{Found, Needs, Want, fixed},
    parties::{optional, tax_code},
    reasons::HeldReason,
};

/// Kinds of items that can stand on a line of goods or charges.
const SOLD: &[&str] = &["ItemInventory", "ItemInventoryAssembly", "ItemNonInventory", "ItemService", "ItemOtherCharge"];

/// What is unique in the identity of the sales-tax item in the footer.
pub(crate) const FOOTER: &str = "sales_tax";

/// An item to put on a line, and the account at which the line arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sold {
    /// Full name of the item.
    pub item: String,
    /// Full name of the account.
    pub account: String,
    /// Whether stock is kept of it: by QuickBooks, or in summary mode by the shop alone.
    pub stocked: bool,
    /// Whether it was found in the company file just now.
    pub adopted: bool,
}

/// Items that stand for anything but goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    Shipping,
    Tip,
    GiftCard,
    StoreCredit,
    CashRounding,
    MarketplaceTax,
    Duties,
    Fee,
    Discount,
    Allowance,
    NotRestocked,
    UnallocatedRefund,
    Deposit,
}

impl Charge {
    const ALL: [Self; 13] = [
        Self::Shipping,
        Self::Tip,
        Self::GiftCard,
        Self::StoreCredit,
        Self::CashRounding,
        Self::MarketplaceTax,
        Self::Duties,
        Self::Fee,
        Self::Discount,
        Self::Allowance,
        Self::NotRestocked,
        Self::UnallocatedRefund,
        Self::Deposit,
    ];

    /// What is unique in the item's identity.
    const fn subject(self) -> &'static str {
        match self {
            Self::Shipping => "shipping",
            Self::Tip => "tip",
            Self::GiftCard => "gift_card",
            Self::StoreCredit => "store_credit",
            Self::CashRounding => "cash_rounding",
            Self::MarketplaceTax => "marketplace_tax",
            Self::Duties => "duties",
            Self::Fee => "fee",
            Self::Discount => "discount",
            Self::Allowance => "allowance",
            Self::NotRestocked => "not_restocked",
            Self::UnallocatedRefund => "unallocated_refund",
            Self::Deposit => "deposit",
        }
    }

    const fn purpose(self) -> Purpose {
        match self {
            Self::Shipping => Purpose::Shipping,
            Self::Tip => Purpose::Tips,
            Self::GiftCard => Purpose::GiftCards,
            Self::StoreCredit => Purpose::StoreCredit,
            Self::CashRounding => Purpose::CashRounding,
            Self::MarketplaceTax => Purpose::MarketplaceTax,
            Self::Duties => Purpose::Duties,
            Self::Fee => Purpose::Fees,
            Self::Discount | Self::Allowance => Purpose::Discounts,
            Self::NotRestocked | Self::UnallocatedRefund => Purpose::Returns,
            Self::Deposit => Purpose::CustomerDeposits,
        }
    }

    fn name<'m>(self, context: &Context<'m>) -> &'m str {
        let items = &context.mapping.items;
        match self {
            Self::Shipping => &items.shipping,
            Self::Tip => &items.tip,
            Self::GiftCard => &items.gift_card,
            Self::StoreCredit => &items.store_credit,
            Self::CashRounding => &items.cash_rounding,
            Self::MarketplaceTax => &items.marketplace_tax,
            Self::Duties => &items.duties,
            Self::Fee => &items.fee,
            Self::Discount => &items.discount,
            Self::Allowance => &items.allowance,
            Self::NotRestocked => &items.not_restocked,
            Self::UnallocatedRefund => &items.unallocated_refund,
            Self::Deposit => &items.deposit,
        }
    }
}

/// The item of a line of goods. None when the order is held for it.
pub(crate) fn goods(needs: &mut Needs<'_>, line: &OrderLine) -> Option<Sold> {
    let variant = facts(needs.context, line);
    match &line.variant {
        Some(id) if needs.modes.inventory == Mode::Detailed => of_variant(needs, id, &variant),
        _ => {
            let stocked = needs.modes.inventory == Mode::Summary
                && line.variant.is_some()
                && goods_kind(needs, &variant) == GoodsKind::Inventory;
            generic(needs, &variant).map(|sold| Sold { stocked, ..sold })
        }
    }
}

/// The item of a variant. None when what needs it is held for it.
pub(crate) fn of_variant(needs: &mut Needs<'_>, id: &DocumentId, variant: &Variant) -> Option<Sold> {
    let wanted = names::of_variant(variant);
    let wanted = if wanted.is_empty() { format!("Item {}", id.short()) } else { wanted };
    let mut names = names::candidates(&wanted, id, limits::ITEM_NAME);
    names.retain(|name| !is_ours(needs.context, name));
    let want = Want {
        key: key_of(id),
        document: id.clone(),
        kind: EntryKind::Item,
        space: NameSpace::Item,
        mark: variant.sku.as_deref(),
        names,
        kinds: SOLD,
        step_aside: false,
    };
    let found = needs.object(&want, |needs, name| make_goods(needs, name, variant))?;
    let stocked = match found.kind.as_str() {
        "" => goods_kind(needs, variant) == GoodsKind::Inventory,
        kind => kind.starts_with("ItemInventory"),
    };
    let account = match found.account {
        Some(account) => {
            needs.in_use(Purpose::Sales, &account);
            account
        }
        None => sales_account(needs, variant),
    };
    Some(Sold { item: found.name, account, stocked, adopted: found.adopted })
}

/// Whether QuickBooks keeps stock of the variant, or will once its item is made.
pub(crate) fn is_stocked(needs: &Needs<'_>, id: &DocumentId, variant: &Variant) -> bool {
    match needs.context.lists.linked(&key_of(id)) {
        Some(item) => item.kind.starts_with("ItemInventory"),
        None => goods_kind(needs, variant) == GoodsKind::Inventory,
    }
}

/// The account of the worth of an inventory item's stock: the item's own, or the one with which it will be made.
pub(crate) fn asset_account(needs: &mut Needs<'_>, item: &str) -> String {
    let known = needs.context.lists.named(NameSpace::Item, item).and_then(|item| item.asset);
    known.unwrap_or_else(|| needs.account(Purpose::InventoryAsset))
}

/// The identity of the item of a variant.
pub(crate) fn key_of(variant: &DocumentId) -> EntryKey {
    EntryKey::new("item", variant.as_str())
}

/// What is known of the goods on a line: what the shop says now, else what the order says.
pub(crate) fn facts(context: &Context<'_>, line: &OrderLine) -> Variant {
    let known = line.variant.as_ref().and_then(|id| context.facts.document(id)).map(|document| document.fact);
    match known {
        Some(Fact::Variant(variant)) => variant,
        _ => line.item.clone(),
    }
}

fn is_ours(context: &Context<'_>, name: &str) -> bool {
    let name = name.to_lowercase();
    Charge::ALL
        .into_iter()
        .map(|charge| charge.name(context))
        .chain([context.mapping.items.generic.as_str(), &context.mapping.tax.footer])
        .any(|ours| ours.to_lowercase() == name)
}

/// The income account of goods that have no item of their own yet.
fn sales_account(needs: &mut Needs<'_>, variant: &Variant) -> String {
    let mapping = needs.context.mapping;
    if let Some((product_type, account)) = apart_by_type(mapping, variant) {
        let key = Category::ProductType(product_type.to_owned()).key();
        return needs.named_account(&key, account, Purpose::Sales.account_types());
    }
    let product_type = variant.product_type.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if mapping.inventory.new_product_types == NewProductType::Hold
        && let Some(name) = product_type.filter(|name| mapping.accounts.of_product_type(name).is_none())
    {
        needs.hold(HeldReason::UnknownProductType { product_type: name.to_owned() });
    }
    needs.account(Purpose::Sales)
}

/// The product type and its account, where it has another one than all other goods.
fn apart_by_type<'m>(mapping: &'m Mapping, variant: &Variant) -> Option<(&'m str, &'m str)> {
    let (product_type, account) = mapping.accounts.of_product_type(variant.product_type.as_deref()?)?;
    (!account.trim().is_empty() && account != mapping.accounts.sales).then_some((product_type, account))
}

fn goods_kind(needs: &Needs<'_>, variant: &Variant) -> GoodsKind {
    let settings = &needs.context.mapping.inventory;
    if variant.tracked { settings.tracked } else { settings.untracked }
}

fn make_goods(needs: &mut Needs<'_>, name: &str, variant: &Variant) -> Body {
    let account = sales_account(needs, variant);
    let kind = goods_kind(needs, variant);
    let description = optional(Some(&names::description(variant)), limits::DESC);
    let price = Price::new(variant.price.value()).ok();
    let taxed = code(needs, variant.taxable);
    match kind {
        GoodsKind::Inventory => Body::ItemInventory(Box::new(ItemInventoryAdd {
            name: name.to_owned(),
            sales_tax_code_ref: taxed,
            sales_desc: description.clone(),
            sales_price: price,
            income_account_ref: Some(Ref::name(account)),
            purchase_desc: description,
            purchase_cost: variant.unit_cost.and_then(|cost| Price::new(cost.value()).ok()),
            cogs_account_ref: Some(Ref::name(needs.account(Purpose::Cogs))),
            asset_account_ref: Some(Ref::name(needs.account(Purpose::InventoryAsset))),
            ..ItemInventoryAdd::default()
        })),
        GoodsKind::NonInventory => Body::ItemNonInventory(Box::new(ItemNonInventoryAdd {
            name: name.to_owned(),
            sales_tax_code_ref: taxed,
            sides: sells(description, price, &account),
            ..ItemNonInventoryAdd::default()
        })),
    }
}

fn sells(desc: Option<String>, price: Option<Price>, account: &str) -> ItemSides {
    let account_ref = Some(Ref::name(account));
    ItemSides::SalesOrPurchase(SalesOrPurchase { desc, price: price.map(ItemPrice::Price), account_ref })
}

/// The generic item: one for each income account, so that a product type or a location keeps its account in summary mode
/// too.
fn generic(needs: &mut Needs<'_>, variant: &Variant) -> Option<Sold> {
    let account = sales_account(needs, variant);
    let mapping = needs.context.mapping;
    let name = &mapping.items.generic;
    if apart_by_type(mapping, variant).is_none() {
        return of_purpose(needs, ("generic", name), Purpose::Sales, &account, false);
    }
    let product_type = variant.product_type.as_deref().unwrap_or_default().trim();
    let subject = format!("generic/{}", product_type.to_lowercase());
    ours(needs, &subject, fixed(&format!("{name} {product_type}"), limits::ITEM_NAME), &account, false)
}

/// The item of a charge. None when the order is held for it.
pub(crate) fn charge(needs: &mut Needs<'_>, charge: Charge) -> Option<Sold> {
    let account = needs.account(charge.purpose());
    let called = (charge.subject(), charge.name(needs.context));
    of_purpose(needs, called, charge.purpose(), &account, charge == Charge::Discount)
}

/// An item of ours for a purpose. An item has one account wherever it is sold, so that a location with an account of its own
/// has an item of its own too.
fn of_purpose(
    needs: &mut Needs<'_>,
    (subject, name): (&str, &str),
    purpose: Purpose,
    account: &str,
    discount: bool,
) -> Option<Sold> {
    match needs.apart(purpose) {
        None => ours(needs, subject, fixed(name, limits::ITEM_NAME), account, discount),
        Some((id, place)) => {
            let names = names::candidates(&format!("{name} {place}"), id, limits::ITEM_NAME);
            ours(needs, &format!("{subject}/{}", id.as_str()), names, account, discount)
        }
    }
}

/// An item of ours. One that is there already must arrive at the account that the mapping has for it: else the mapping
/// says one thing and QuickBooks would do another.
fn ours(needs: &mut Needs<'_>, subject: &str, names: Vec<String>, account: &str, discount: bool) -> Option<Sold> {
    let want = Want {
        key: EntryKey::new("item", subject),
        document: needs.order.clone(),
        kind: EntryKind::Item,
        space: NameSpace::Item,
        mark: None,
        names,
        kinds: if discount { &["ItemDiscount"] } else { SOLD },
        step_aside: false,
    };
    let found = needs.object(&want, |needs, name| {
        let untaxed = code(needs, false);
        if discount {
            Body::ItemDiscount(Box::new(ItemDiscountAdd {
                name: name.to_owned(),
                sales_tax_code_ref: untaxed,
                account_ref: Some(Ref::name(account)),
                ..ItemDiscountAdd::default()
            }))
        } else {
            Body::ItemOtherCharge(Box::new(ItemOtherChargeAdd {
                name: name.to_owned(),
                sales_tax_code_ref: untaxed,
                sides: sells(None, None, account),
                ..ItemOtherChargeAdd::default()
            }))
        }
    })?;
    match found.account {
        Some(other) if !other.eq_ignore_ascii_case(account) => {
            needs.hold(HeldReason::NameTaken { name: found.name, kind: format!("{} of {other}", found.kind) });
            None
        }
        _ => Some(Sold { item: found.name, account: account.to_owned(), stocked: false, adopted: false }),
    }
}

/// The item of ours on which a day's sales receipt carries what no item of a sale does to this account: money at a clearing
/// account, the cost of goods. None when the day is held for it.
pub(crate) fn of_account(needs: &mut Needs<'_>, account: &str) -> Option<Sold> {
    let leaf = account.rsplit(':').next().unwrap_or(account);
    let id = DocumentId::new(format!("account/{}", account.to_lowercase()));
    let mut names = vec![names::with_suffix(leaf, "day", limits::ITEM_NAME)];
    // Of two accounts of one name below others, or whose names are cut alike, the second has a mark of its own.
    names.push(names::with_suffix(leaf, &names::mark(&id), limits::ITEM_NAME));
    ours(needs, id.as_str(), names, account, false)
}

/// What an item on a line of a sale is for the line's place on a day's sales receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Sold,
    Discount,
    Tax,
}

/// See [`Role`]; of an item that is still to be made, told by its name.
pub(crate) fn role(context: &Context<'_>, item: &str) -> Role {
    match context.lists.named(NameSpace::Item, item).map(|found| found.kind).as_deref() {
        Some("ItemSalesTax") => Role::Tax,
        Some("ItemDiscount") => Role::Discount,
        Some(_) => Role::Sold,
        None if item.eq_ignore_ascii_case(&context.mapping.items.discount) => Role::Discount,
        None => {
            let generic = context.mapping.items.generic.to_lowercase();
            let sold = is_ours(context, item) || item.to_lowercase().starts_with(&generic);
            if sold && !item.eq_ignore_ascii_case(&context.mapping.tax.footer) { Role::Sold } else { Role::Tax }
        }
    }
}

/// The sales-tax item of 0 % in the footer.
pub(crate) fn footer(needs: &mut Needs<'_>) -> Option<String> {
    let name = &needs.context.mapping.tax.footer;
    let found = tax_item(needs, EntryKey::new("item", FOOTER), fixed(name, limits::ITEM_NAME), name)?;
    match found.account {
        Some(rate) if rate.parse::<Money>().is_ok_and(|rate| !rate.is_zero()) => {
            needs.hold(HeldReason::FooterTaxed { item: found.name, rate });
            None
        }
        _ => Some(found.name),
    }
}

/// The sales-tax item of a tax. None when the order is held for it.
pub(crate) fn tax(needs: &mut Needs<'_>, title: &str) -> Option<Sold> {
    let settings = &needs.context.mapping.tax;
    let name = match (settings.item(title), settings.new) {
        (Some(name), _) => name,
        (None, NewTax::Create) => title,
        (None, NewTax::Hold) => {
            needs.hold(HeldReason::UnknownTax { title: title.to_owned() });
            return None;
        }
    };
    // The footer's item has a line of its own only where the mapping says so.
    let key = if name.trim().eq_ignore_ascii_case(&settings.footer) { FOOTER.to_owned() } else { tax_subject(name) };
    let names = fixed(name, limits::ITEM_NAME);
    let account = needs.account(Purpose::SalesTax);
    let item = tax_item(needs, EntryKey::new("item", &key), names, title)?.name;
    Some(Sold { item, account, stocked: false, adopted: false })
}

/// Taxes are told apart by name: those of one name are one tax.
fn tax_subject(name: &str) -> String {
    format!("tax/{}", text::name(name, limits::ITEM_NAME).to_lowercase())
}

fn tax_item(needs: &mut Needs<'_>, key: EntryKey, names: Vec<String>, title: &str) -> Option<Found> {
    let want = Want {
        key,
        document: needs.order.clone(),
        kind: EntryKind::Item,
        space: NameSpace::Item,
        mark: None,
        names,
        kinds: &["ItemSalesTax"],
        step_aside: false,
    };
    needs.object(&want, |needs, name| {
        Body::ItemSalesTax(Box::new(ItemSalesTaxAdd {
            name: name.to_owned(),
            item_desc: optional(Some(title), limits::DESC),
            tax_rate: Percent::new(Money::ZERO.value()).ok(),
            tax_vendor_ref: Some(needs.context.mapping.tax.vendor.trim())
                .filter(|vendor| !vendor.is_empty())
                .map(Ref::name),
            ..ItemSalesTaxAdd::default()
        }))
    })
}

/// The sales-tax code of taxed or untaxed lines.
pub(crate) fn code(needs: &Needs<'_>, taxed: bool) -> Option<Ref> {
    let settings = &needs.context.mapping.tax;
    tax_code(needs, if taxed { &settings.taxable_code } else { &settings.exempt_code })
}
