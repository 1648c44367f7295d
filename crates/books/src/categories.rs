//! The categories of the shop that need something chosen for them in QuickBooks: an account, a sales-tax item or a class.
//!
//! Some are always the same ([`Purpose`]); the others are as many as the shop has gateways, taxes, locations, product types
//! and reasons. Each has a key, by which it is told in [`HeldReason`]s and chosen ([`Category::choose`]).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use qbxml::{limits, text};
use serde::{Deserialize, Serialize};

use crate::{
    document::{DeliveryState, Document, DocumentId, Fact, Fate, Order},
    lists::{Lists, NameSpace},
    mapping::{Gateway, GoodsKind, Mapping, MoneyBack, NewLocation, NewProductType, NewTax, Purpose, find, find_entry},
    money::Money,
    purpose::{CLEARING_TYPES, check_account},
    reasons::HeldReason,
};

/// Something of the shop for which something is chosen in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// An account for a purpose.
    Purpose(Purpose),
    /// An account for a purpose, for the sales of one location.
    AtLocation {
        /// The location's name or id.
        location: String,
        /// The purpose.
        purpose: Purpose,
    },
    /// The income account of goods of a product type.
    ProductType(String),
    /// The account at which a gateway's money arrives.
    Gateway(String),
    /// The same for the sales of one location, such as its cash in drawer.
    GatewayAt {
        /// The gateway's name in the shop.
        gateway: String,
        /// The location's name or id.
        location: String,
    },
    /// The account of stock adjustments of a reason.
    Adjustment(String),
    /// The sales-tax item of a tax, which stands for its authority.
    Tax(String),
    /// The class of a location.
    Location(String),
    /// The class of sales that no location made.
    Online,
}

impl Category {
    /// The key in the mapping, such as `gateways.cash.by_location.Harbour Street`.
    pub fn key(&self) -> String {
        match self {
            Self::Purpose(purpose) => purpose.key().to_owned(),
            Self::AtLocation { location, purpose } => format!("by_location.{location}.{}", purpose.key()),
            Self::ProductType(name) => format!("by_product_type.{name}"),
            Self::Gateway(name) => format!("gateways.{name}"),
            Self::GatewayAt { gateway, location } => format!("gateways.{gateway}.by_location.{location}"),
            Self::Adjustment(reason) => format!("adjustments.{reason}"),
            Self::Tax(title) => format!("tax.items.{title}"),
            Self::Location(name) => format!("locations.classes.{name}"),
            Self::Online => "locations.online".to_owned(),
        }
    }

    /// The category with this key; none for a key of nothing.
    pub fn from_key(key: &str) -> Option<Self> {
        let purpose = |key: &str| Purpose::ALL.into_iter().find(|purpose| purpose.key() == key);
        if let Some(rest) = key.strip_prefix("by_location.") {
            let (location, of) = rest.rsplit_once('.')?;
            return Some(Self::AtLocation { location: named(location)?, purpose: purpose(of)? });
        }
        if let Some(rest) = key.strip_prefix("gateways.") {
            return Some(match rest.split_once(".by_location.") {
                Some((gateway, location)) => Self::GatewayAt { gateway: named(gateway)?, location: named(location)? },
                None => Self::Gateway(named(rest)?),
            });
        }
        if let Some(name) = key.strip_prefix("by_product_type.") {
            return named(name).map(Self::ProductType);
        }
        if let Some(name) = key.strip_prefix("adjustments.") {
            return named(name).map(Self::Adjustment);
        }
        if let Some(name) = key.strip_prefix("tax.items.") {
            return named(name).map(Self::Tax);
        }
        if let Some(name) = key.strip_prefix("locations.classes.") {
            return named(name).map(Self::Location);
        }
        if key == Self::Online.key() { Some(Self::Online) } else { purpose(key).map(Self::Purpose) }
    }

    /// The list of the company file in which it is chosen.
    pub const fn space(&self) -> NameSpace {
        match self {
            Self::Tax(_) => NameSpace::Item,
            Self::Location(_) | Self::Online => NameSpace::Class,
            _ => NameSpace::Account,
        }
    }

    /// What fits: types of account, or QuickBooks' kind of object.
    pub const fn fitting(&self) -> &'static [&'static str] {
        match self {
            Self::Purpose(purpose) | Self::AtLocation { purpose, .. } => purpose.account_types(),
            Self::ProductType(_) => Purpose::Sales.account_types(),
            Self::Gateway(_) | Self::GatewayAt { .. } => CLEARING_TYPES,
            Self::Adjustment(_) => Purpose::Shrinkage.account_types(),
            Self::Tax(_) => &["ItemSalesTax"],
            Self::Location(_) | Self::Online => &["Class"],
        }
    }

    /// Whether it must be chosen whatever the shop does; all others only where something uses them.
    pub const fn is_required(&self) -> bool {
        matches!(self, Self::Purpose(Purpose::Sales | Purpose::SalesTax))
    }

    /// What is chosen: a full name in QuickBooks. None where nothing is, so that the common choice counts, or what the mapping
    /// has for new ones.
    pub fn chosen<'m>(&self, mapping: &'m Mapping) -> Option<&'m str> {
        let accounts = &mapping.accounts;
        let name = match self {
            Self::Purpose(purpose) => accounts.get(*purpose),
            Self::AtLocation { location, purpose } => find(&accounts.by_location, location)?.get(purpose)?,
            Self::ProductType(name) => accounts.of_product_type(name)?.1,
            Self::Gateway(name) => &mapping.gateways.get(name)?.clearing,
            Self::GatewayAt { gateway, location } => find(&mapping.gateways.get(gateway)?.by_location, location)?,
            Self::Adjustment(reason) => find(&accounts.adjustments, reason)?,
            Self::Tax(title) => mapping.tax.item(title)?,
            Self::Location(name) => find(&mapping.locations.classes, name)?,
            Self::Online => &mapping.locations.online,
        };
        Some(name.trim()).filter(|name| !name.is_empty())
    }

    /// Chooses the object of this full name. A gateway that the mapping did not know has a payment method of its own name
    /// from now on.
    pub fn choose(&self, mapping: &mut Mapping, full_name: &str) {
        let accounts = &mut mapping.accounts;
        let place = match self {
            Self::Purpose(purpose) => accounts.get_mut(*purpose),
            Self::AtLocation { location, purpose } => {
                entry(&mut accounts.by_location, location).entry(*purpose).or_default()
            }
            Self::ProductType(name) => entry(&mut accounts.by_product_type, name),
            Self::Gateway(name) => &mut gateway(mapping, name, full_name).clearing,
            Self::GatewayAt { gateway: name, location } => {
                entry(&mut gateway(mapping, name, full_name).by_location, location)
            }
            Self::Adjustment(reason) => entry(&mut accounts.adjustments, reason),
            Self::Tax(title) => entry(&mut mapping.tax.items, title),
            Self::Location(name) => entry(&mut mapping.locations.classes, name),
            Self::Online => &mut mapping.locations.online,
        };
        full_name.clone_into(place);
    }

    /// Whether what the shop has told so far uses it.
    pub fn is_used(&self, mapping: &Mapping, met: &Met) -> bool {
        let has = |names: &BTreeSet<String>, name: &str| names.iter().any(|met| met.eq_ignore_ascii_case(name));
        match self {
            Self::Purpose(purpose) => match purpose {
                Purpose::Cogs | Purpose::InventoryAsset => {
                    [mapping.inventory.tracked, mapping.inventory.untracked].contains(&GoodsKind::Inventory)
                }
                Purpose::GiftCards if pays(&mapping.liability_gateways.gift_card, met) => true,
                Purpose::StoreCredit => pays(&mapping.liability_gateways.store_credit, met),
                // Without it no order can become an invoice: the merchant may want that.
                Purpose::AccountsReceivable => self.chosen(mapping).is_some(),
                purpose => self.is_required() || met.purposes.contains(purpose),
            },
            Self::AtLocation { .. } | Self::GatewayAt { .. } | Self::Online => self.chosen(mapping).is_some(),
            Self::ProductType(name) => has(&met.product_types, name),
            Self::Gateway(name) => has(&met.gateways, name),
            Self::Adjustment(reason) => has(&met.reasons, reason),
            Self::Tax(title) => has(&met.taxes, title),
            Self::Location(name) => met.locations.values().any(|met| met.eq_ignore_ascii_case(name)),
        }
    }

    /// What would hold an entry that uses it.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self, mapping: &Mapping, lists: &dyn Lists) -> Result<(), HeldReason> {
        if let Self::AtLocation { purpose, .. } = self
            && !purpose.is_per_location(mapping.modes_on(Date::MAX).inventory)
        {
            return Err(HeldReason::NotPerLocation { purpose: self.key() });
        }
        let Some(name) = self.chosen(mapping) else { return self.unchosen(mapping) };
        if let Some(purpose) = lists.lost(self.space(), name) {
            return Err(HeldReason::ChoiceGone { purpose, name: name.to_owned() });
        }
        if self.space() == NameSpace::Account {
            return match check_account(lists, &self.key(), name, self.fitting()) {
                Err(HeldReason::NoAccount { .. }) if self.is_to_be_made(mapping, name) => Ok(()),
                checked => checked.map(|_| ()),
            };
        }
        match lists.named(self.space(), name) {
            Some(found) if !found.active => {
                Err(HeldReason::NameTaken { name: found.full_name, kind: format!("{}, inactive", found.kind) })
            }
            Some(found) if !self.fitting().contains(&found.kind.as_str()) => {
                Err(HeldReason::NameTaken { name: found.full_name, kind: found.kind })
            }
            // What is missing is made.
            _ => Ok(()),
        }
    }

    fn is_to_be_made(&self, mapping: &Mapping, name: &str) -> bool {
        let wanted = mapping.accounts.new_account(name);
        wanted.is_some_and(|(_, wanted)| self.fitting().contains(&wanted.account_type.as_str()))
    }

    /// What holds an entry where nothing is chosen.
    fn unchosen(&self, mapping: &Mapping) -> Result<(), HeldReason> {
        match self {
            Self::Purpose(purpose) => Err(HeldReason::NoAccount { purpose: purpose.key().to_owned(), account: None }),
            Self::Gateway(name) => Err(HeldReason::UnknownGateway { gateway: name.clone() }),
            Self::Tax(title) if mapping.tax.new == NewTax::Hold => Err(HeldReason::UnknownTax { title: title.clone() }),
            Self::Location(name) if mapping.locations.new == NewLocation::Hold => {
                Err(HeldReason::UnknownLocation { location: name.clone() })
            }
            Self::ProductType(name)
                if mapping.inventory.new_product_types == NewProductType::Hold
                    && mapping.accounts.of_product_type(name).is_none() =>
            {
                Err(HeldReason::UnknownProductType { product_type: name.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Every category that the mapping names or the shop has shown, each once, in the order of the settings.
    pub fn all(mapping: &Mapping, met: &Met) -> Vec<Self> {
        let mut all: Vec<Self> = Purpose::ALL.into_iter().map(Self::Purpose).collect();
        let accounts = &mapping.accounts;
        for (location, own) in &accounts.by_location {
            all.extend(own.keys().map(|purpose| Self::AtLocation { location: location.clone(), purpose: *purpose }));
        }
        all.extend(both(&accounts.by_product_type, &met.product_types).map(Self::ProductType));
        let liabilities = [&mapping.liability_gateways.gift_card, &mapping.liability_gateways.store_credit];
        let takes_none = |name: &str| liabilities.iter().any(|names| names.iter().any(|none| none == name));
        for name in both(&mapping.gateways.0, &met.gateways).filter(|name| !takes_none(name)) {
            let own =
                mapping.gateways.get(&name).map(|gateway| gateway.by_location.keys().cloned().collect::<Vec<_>>());
            all.push(Self::Gateway(name.clone()));
            let at = |location| Self::GatewayAt { gateway: name.clone(), location };
            all.extend(own.into_iter().flatten().map(at));
        }
        all.extend(both(&accounts.adjustments, &met.reasons).map(Self::Adjustment));
        all.extend(both(&mapping.tax.items, &met.taxes).map(Self::Tax));
        let classes = &mapping.locations.classes;
        let by_id = |id: &str| classes.contains_key(id) || classes.contains_key(DocumentId::new(id).short());
        let places: BTreeSet<String> =
            met.locations.iter().filter(|(id, _)| !by_id(id)).map(|(_, name)| name.clone()).collect();
        all.extend(both(classes, &places).map(Self::Location));
        all.push(Self::Online);
        all
    }
}

fn named(name: &str) -> Option<String> {
    (!name.trim().is_empty()).then(|| name.to_owned())
}

/// The names that the mapping has, and those met that it does not have.
fn both<'a, T>(chosen: &'a BTreeMap<String, T>, met: &'a BTreeSet<String>) -> impl Iterator<Item = String> + 'a {
    chosen.keys().chain(met.iter().filter(|name| find(chosen, name).is_none())).cloned()
}

/// The map's place for a name, whatever the case in which the map has it.
fn entry<'m, T: Default>(map: &'m mut BTreeMap<String, T>, name: &str) -> &'m mut T {
    let known = find_entry(map, name).map_or_else(|| name.to_owned(), |(known, _)| known.clone());
    map.entry(known).or_default()
}

fn gateway<'m>(mapping: &'m mut Mapping, name: &str, clearing: &str) -> &'m mut Gateway {
    let gateways = &mut mapping.gateways.0;
    let known = find_entry(gateways, name).map_or_else(|| name.to_owned(), |(known, _)| known.clone());
    gateways.entry(known).or_insert_with(|| Gateway {
        clearing: clearing.to_owned(),
        payment_method: text::name(name, limits::LIST_NAME),
        by_location: BTreeMap::new(),
        refund: MoneyBack::Card,
    })
}

fn pays(gateways: &[String], met: &Met) -> bool {
    gateways.iter().any(|name| met.gateways.contains(name))
}

/// What the shop has shown of itself so far: what the mapping has to have an answer for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Met {
    /// Gateways, by the shop's name of them.
    pub gateways: BTreeSet<String>,
    /// Titles of taxes.
    pub taxes: BTreeSet<String>,
    /// Locations: names by id.
    pub locations: BTreeMap<String, String>,
    /// Product types.
    pub product_types: BTreeSet<String>,
    /// Reasons of stock adjustments.
    pub reasons: BTreeSet<String>,
    /// Purposes that something was for.
    pub purposes: BTreeSet<Purpose>,
}

impl Met {
    /// Takes in what a document shows. Returns whether that was anything new.
    pub fn take(&mut self, document: &Document) -> bool {
        let before = self.size();
        match &document.fact {
            Fact::Location(location) => {
                let name = location.name.trim();
                let name = if name.is_empty() { document.id.short() } else { name };
                if self.locations.insert(document.id.to_string(), name.to_owned()).as_deref() != Some(name) {
                    return true;
                }
            }
            Fact::Variant(variant) => self.take_type(variant.product_type.as_deref()),
            Fact::Order(order) if !order.test => self.take_order(order),
            Fact::PurchaseOrder(_) => {
                self.purposes.extend([Purpose::AccountsPayable, Purpose::Freight, Purpose::PurchaseDiscounts]);
            }
            Fact::OpeningStock(stock) if !stock.lines.is_empty() => {
                self.purposes.insert(Purpose::OpeningStock);
            }
            Fact::StockAdjustment(adjustment) => {
                self.purposes.insert(Purpose::Shrinkage);
                self.reasons.extend(named(&adjustment.reason));
            }
            _ => {}
        }
        self.size() != before
    }

    fn size(&self) -> usize {
        self.gateways.len()
            + self.taxes.len()
            + self.locations.len()
            + self.product_types.len()
            + self.reasons.len()
            + self.purposes.len()
    }

    fn take_type(&mut self, product_type: Option<&str>) {
        self.product_types.extend(product_type.map(str::trim).and_then(named));
    }

    fn take_order(&mut self, order: &Order) {
        for payment in order.payments.iter().filter(|payment| !payment.test) {
            self.gateways.insert(payment.gateway.clone());
        }
        if let Some(id) = &order.location {
            self.locations.entry(id.to_string()).or_insert_with(|| id.short().to_owned());
        }
        let on_shipping = order.shipping.iter().flat_map(|line| &line.taxes);
        for tax in order.lines.iter().flat_map(|line| &line.taxes).chain(on_shipping) {
            if tax.channel_liable {
                self.purposes.insert(Purpose::MarketplaceTax);
            } else {
                self.taxes.insert(tax.title.clone());
            }
        }
        for line in &order.lines {
            if line.item.gift_card {
                self.purposes.insert(Purpose::GiftCards);
            } else if !line.tip {
                self.take_type(line.item.product_type.as_deref());
            }
        }
        let totals = &order.totals;
        let tipped = order.lines.iter().any(|line| line.tip);
        let rounded = order.payments.iter().any(|payment| !payment.rounding.is_zero());
        let back: Vec<Fate> = order.refunds.iter().flat_map(|refund| &refund.goods).map(|goods| goods.fate).collect();
        let before_delivery = order.delivery_state != DeliveryState::Fulfilled && totals.outstanding.is_positive();
        let shown = |amount: Money| !amount.is_zero();
        for (purpose, is_shown) in [
            (Purpose::Discounts, shown(totals.discounts) || order.edited),
            (Purpose::Shipping, !order.shipping.is_empty()),
            (Purpose::Tips, shown(totals.tips) || tipped),
            (Purpose::Duties, shown(totals.duties)),
            (Purpose::Fees, shown(totals.fees)),
            (Purpose::CashRounding, shown(totals.cash_rounding) || rounded),
            (Purpose::Returns, !order.refunds.is_empty()),
            (Purpose::CustomerDeposits, before_delivery && shown(totals.received)),
            (Purpose::Shrinkage, back.contains(&Fate::Damaged)),
        ] {
            if is_shown {
                self.purposes.insert(purpose);
            }
        }
    }
}

impl Mapping {
    /// Everything about what is chosen that would hold an entry of a shop that has shown this of itself: an account that is
    /// not chosen, not in the company file or inactive, or of a type that does not fit; a choice that was deleted. What the
    /// shop does not use holds nothing. Empty when all is well.
    #[must_use]
    pub fn check(&self, lists: &dyn Lists, met: &Met) -> Vec<HeldReason> {
        Category::all(self, met)
            .into_iter()
            .filter(|category| category.is_used(self, met))
            .filter_map(|category| category.check(self, lists).err())
            .collect()
    }

    /// What the shop has shown so far is named as it is posted now, and whatever it shows first after this is held until
    /// somebody decides. For locations only where they are classes at all.
    pub fn hold_new(&mut self, met: &Met) {
        if self.tax.new == NewTax::Create {
            for title in &met.taxes {
                if self.tax.item(title).is_none() {
                    self.tax.items.insert(title.clone(), title.clone());
                }
            }
            self.tax.new = NewTax::Hold;
        }
        if self.locations.new == NewLocation::Create {
            let classes = &mut self.locations.classes;
            for (id, name) in &met.locations {
                let by_id = classes.contains_key(id) || classes.contains_key(DocumentId::new(id.as_str()).short());
                if !by_id && find(classes, name).is_none() {
                    classes.insert(name.clone(), name.clone());
                }
            }
            self.locations.new = NewLocation::Hold;
        }
        if self.inventory.new_product_types == NewProductType::Sales {
            for name in &met.product_types {
                if self.accounts.of_product_type(name).is_none() {
                    self.accounts.by_product_type.insert(name.clone(), String::new());
                }
            }
            self.inventory.new_product_types = NewProductType::Hold;
        }
    }
}
