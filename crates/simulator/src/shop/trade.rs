//! Makes up the trade of "Harbour & Pine": the same seed makes the same orders, in the order of their time.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::ShopError;
use super::aftermath;
use super::catalogue::{Catalogue, INTERNATIONAL, LOCATIONS, PLACES, Rate, SHIPPING};
use super::model::{
    Channel, Discount, DiscountKind, DiscountValue, Fulfillment, Line, LineKind, Order, PRESENTMENTS, Shipping,
    TaxLine, Terms, cents,
};
use super::payments;
use super::people::{self, Customer};
use super::purse::{Credit, GiftCard};

/// The shop's time zone: what is a day, is decided there.
pub const SHOP_ZONE: &str = "America/New_York";

/// How often things happen, each in orders (or customers) per thousand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each field is the thing that it counts
pub struct Mix {
    pub point_of_sale: u32,
    pub shop_app: u32,
    pub drafts: u32,
    pub guests: u32,
    pub tax_exempt_customers: u32,
    pub line_discounts: u32,
    pub code_discounts: u32,
    pub order_discounts: u32,
    pub automatic_discounts: u32,
    pub free_shipping: u32,
    pub free_orders: u32,
    pub tips: u32,
    pub gift_cards_sold: u32,
    pub gift_cards_redeemed: u32,
    pub split_tender: u32,
    pub cash: u32,
    pub failed_payments: u32,
    pub paid_later: u32,
    pub unpaid: u32,
    pub authorized: u32,
    pub test_orders: u32,
    pub large_orders: u32,
    pub bundles: u32,
    pub odd_titles: u32,
    pub partial_refunds: u32,
    pub full_refunds: u32,
    pub amount_refunds: u32,
    pub edits: u32,
    pub cancellations: u32,
    pub discount_edits: u32,
    pub exchanges: u32,
    /// Of partial refunds: a fee is kept back.
    pub fees: u32,
    /// Of refunds: the money goes back by cash, gift card or store credit, however it came.
    pub other_ways: u32,
    /// Of refunds: the money is on its way for a while.
    pub pending_refunds: u32,
    pub partly_paid: u32,
    pub partly_fulfilled: u32,
    /// Of draft orders: a company buys on terms.
    pub terms: u32,
    pub foreign_currencies: u32,
    pub store_credit: u32,
    /// Of cancelled orders.
    pub deletions: u32,
    /// Of placed orders, how many let an older one live on.
    pub older_orders: u32,
}

impl Mix {
    /// Everyday trade that is paid, with a few test orders and a few unpaid ones; nothing comes back.
    pub fn paid_orders() -> Mix {
        Mix {
            point_of_sale: 350,
            shop_app: 60,
            drafts: 20,
            guests: 200,
            tax_exempt_customers: 15,
            line_discounts: 60,
            code_discounts: 150,
            order_discounts: 30,
            automatic_discounts: 40,
            free_shipping: 60,
            free_orders: 5,
            tips: 80,
            gift_cards_sold: 25,
            gift_cards_redeemed: 30,
            split_tender: 25,
            cash: 250,
            failed_payments: 15,
            paid_later: 5,
            unpaid: 8,
            authorized: 4,
            test_orders: 6,
            large_orders: 1,
            bundles: 30,
            odd_titles: 15,
            partial_refunds: 0,
            full_refunds: 0,
            amount_refunds: 0,
            edits: 0,
            cancellations: 0,
            discount_edits: 0,
            exchanges: 0,
            fees: 0,
            other_ways: 0,
            pending_refunds: 0,
            partly_paid: 0,
            partly_fulfilled: 0,
            terms: 0,
            foreign_currencies: 0,
            store_credit: 0,
            deletions: 0,
            older_orders: 0,
        }
    }

    /// The same with everything that can happen to a sale: paid in part, on terms, in another currency, sent in part,
    /// refunded in all ways, edited, returned, exchanged, cancelled and deleted, once or several times.
    pub fn everything() -> Mix {
        Mix {
            partial_refunds: 45,
            full_refunds: 25,
            amount_refunds: 10,
            edits: 15,
            cancellations: 12,
            discount_edits: 10,
            exchanges: 20,
            fees: 150,
            other_ways: 150,
            pending_refunds: 120,
            partly_paid: 10,
            partly_fulfilled: 40,
            terms: 600,
            foreign_currencies: 40,
            store_credit: 10,
            deletions: 20,
            older_orders: 400,
            ..Mix::paid_orders()
        }
    }

    /// Whether anything happens to orders once they are placed.
    pub(crate) fn has_lives(&self) -> bool {
        let shares = [
            self.partial_refunds,
            self.full_refunds,
            self.amount_refunds,
            self.edits,
            self.cancellations,
            self.discount_edits,
            self.exchanges,
        ];
        shares.into_iter().any(|share| share > 0)
    }
}

/// What trade to make up.
#[derive(Debug, Clone)]
pub struct Trade {
    /// The same seed (with the same other values) makes the same shop.
    pub seed: u64,
    /// How many orders.
    pub orders: u32,
    /// Over how many days they are spread; at least one.
    pub days: u32,
    /// The last of those days, in the shop's zone; the shop's clock starts at its end.
    pub ends: Date,
    /// How often things happen.
    pub mix: Mix,
    /// The shop's currency, ISO code.
    pub currency: &'static str,
    /// Whether the prices contain the tax.
    pub taxes_included: bool,
    /// Whether cash is rounded to five cents, as in countries without the smallest coins.
    pub cash_rounding: bool,
    /// How many customers are known; without it, as many as suit the number of orders.
    pub customers: Option<u32>,
    /// How many items the shop has beyond its own assortment: hooks of every number.
    pub more_items: u32,
}

impl Trade {
    /// Everyday paid trade in US dollars, tax added to prices, no cash rounding.
    pub fn new(seed: u64, orders: u32, days: u32, ends: Date) -> Trade {
        Trade {
            seed,
            orders,
            days,
            ends,
            mix: Mix::paid_orders(),
            currency: "USD",
            taxes_included: false,
            cash_rounding: false,
            customers: None,
            more_items: 0,
        }
    }
}

/// The hand that makes orders, and can go on making them.
pub(crate) struct Trader {
    pub trade: Trade,
    pub zone: TimeZone,
    pub catalogue: Catalogue,
    pub customers: Vec<Customer>,
    pub gift_cards: Vec<GiftCard>,
    /// By customer.
    pub store_credit: BTreeMap<usize, Vec<Credit>>,
    pub now: Timestamp,
    pub rng: ChaCha8Rng,
}

/// Of 1000 orders, how many fall into each hour of the shop's day.
const HOURS: [u32; 24] = [8, 5, 3, 2, 2, 4, 10, 20, 34, 48, 66, 78, 86, 84, 76, 72, 70, 70, 66, 58, 50, 42, 28, 18];

const CODES: [(&str, u32); 4] = [("WELCOME10", 10), ("HARBOR20", 20), ("SUMMER15", 15), ("FÊTE5", 5)];

const ODD_TITLES: [&str; 6] = [
    "Engraving: “Für Zoë & Søren <3” 🎉⚓",
    "手作りの漆器セット（大・中・小）– special order",
    "Sample \"B-stock\" & scratched <as is>",
    "👩‍👩‍👧 Family portrait, 8\" × 10\"",
    "Zażółć gęślą jaźń",
    "طلب خاص من العميل",
];

impl Trader {
    pub fn new(trade: &Trade) -> Result<Trader, ShopError> {
        let zone = TimeZone::get(SHOP_ZONE)?;
        let mut rng = ChaCha8Rng::seed_from_u64(trade.seed);
        let how_many = trade.customers.unwrap_or((trade.orders / 3).max(40)) as usize;
        let customers = people::customers(&mut rng, how_many, trade.mix.tax_exempt_customers);
        let now = trade.ends.tomorrow()?.to_zoned(zone.clone())?.timestamp();
        Ok(Trader {
            trade: trade.clone(),
            zone,
            catalogue: Catalogue::with(trade.more_items),
            customers,
            gift_cards: Vec::new(),
            store_credit: BTreeMap::new(),
            now,
            rng,
        })
    }

    /// All orders of the trade, in time.
    pub fn all(&mut self) -> Result<Vec<Order>, ShopError> {
        let times = self.times()?;
        Ok(times.into_iter().enumerate().map(|(no, at)| self.order(no, at)).collect())
    }

    /// The next order after `no` others, a few minutes on.
    pub fn next(&mut self, no: usize) -> Order {
        let pause = SignedDuration::from_secs(self.rng.random_range(60..900));
        let at = self.now.checked_add(pause).unwrap_or(self.now);
        self.now = at;
        let mut order = self.order(no, at);
        order.updated = at;
        order.fulfillments.retain(|f| f.at <= at);
        order
    }

    /// More in November and December, more on Saturdays.
    fn times(&mut self) -> Result<Vec<Timestamp>, ShopError> {
        let days = i64::from(self.trade.days.max(1));
        let first = self.trade.ends.checked_sub((days - 1).days())?;
        let mut sums = Vec::new();
        let mut sum = 0_u32;
        for day in 0..days {
            let date = first.checked_add(day.days())?;
            let weekday = match date.weekday() {
                Weekday::Saturday => 14,
                Weekday::Sunday => 11,
                _ => 10,
            };
            let season = match date.month() {
                12 => 19,
                11 => 15,
                1 | 2 => 8,
                _ => 10,
            };
            sum += weekday * season;
            sums.push((date, sum));
        }
        let mut times = Vec::with_capacity(self.trade.orders as usize);
        for _ in 0..self.trade.orders {
            let pick = self.rng.random_range(0..sum);
            let (date, _) = sums[sums.partition_point(|s| s.1 <= pick)];
            let mut hour_pick = self.rng.random_range(0..HOURS.iter().sum());
            let mut hour = 0_i8;
            for share in HOURS {
                if hour_pick < share {
                    break;
                }
                hour_pick -= share;
                hour += 1;
            }
            let at = date.at(hour, self.rng.random_range(0..60), self.rng.random_range(0..60), 0);
            times.push(at.to_zoned(self.zone.clone())?.timestamp());
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Whether a thing that happens `per_mille` times in a thousand happens now.
    pub fn happens(&mut self, per_mille: u32) -> bool {
        self.rng.random_range(0..1000) < per_mille
    }

    /// The same for things that everyday trade does not know: nothing is drawn where it never happens, so that the
    /// same seed goes on making the same everyday trade.
    pub fn rare(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.happens(per_mille)
    }

    fn order(&mut self, no: usize, at: Timestamp) -> Order {
        let mix = self.trade.mix.clone();
        let channel = self.channel(at, &mix);
        let in_shop = matches!(channel, Channel::PointOfSale { .. });
        let customer = (!self.happens(if in_shop { mix.guests * 3 } else { mix.guests }))
            .then(|| self.rng.random_range(0..self.customers.len()));
        let place = match channel {
            Channel::PointOfSale { location } => LOCATIONS[location.unwrap_or(0)].1,
            _ => customer.map_or_else(|| self.rng.random_range(0..16), |c| self.customers[c].address.place),
        };
        let address = (!in_shop).then(|| match customer {
            Some(known) => self.customers[known].address.clone(),
            None => people::address(&mut self.rng, Some(place)),
        });
        let b2b = channel == Channel::Draft && address.as_ref().is_some_and(|a| a.company.is_some());
        let mut order = Order::empty(no, at, channel);
        order.test = self.happens(mix.test_orders);
        order.customer = customer;
        order.tax_exempt = customer.is_some_and(|c| self.customers[c].tax_exempt);
        order.taxes_included = self.trade.taxes_included;
        order.rates = PLACES[place].taxes;
        order.note = self.happens(30).then_some("Please leave it at the back door – thanks! 🙏");
        order.company = address.as_ref().and_then(|a| a.company).filter(|_| b2b);
        order.address = address;
        if b2b || (channel == Channel::Draft && self.happens(500)) {
            order.po_number = Some(format!("PO-{:05}/{}", self.rng.random_range(1..99_999), no % 7).into_boxed_str());
        }
        if channel == Channel::Draft && self.rare(mix.terms) {
            order.terms = Some([Terms::Net(30), Terms::Net(7), Terms::Fulfillment, Terms::Receipt][no % 4]);
            if let (Some(address), Some(_)) = (&mut order.address, order.customer) {
                let company = *address.company.get_or_insert("Dockside Café LLC");
                order.company = Some(company);
            }
        } else if channel == Channel::Online && self.rare(mix.foreign_currencies) {
            order.presentment = Some(&PRESENTMENTS[no % PRESENTMENTS.len()]);
        }
        self.fill(&mut order, &mix);
        self.ship(&mut order, place, &mix);
        self.discount(&mut order, &mix);
        tax(&mut order, PLACES[place].taxes_shipping);
        if (in_shop || channel == Channel::Online) && self.happens(mix.tips) {
            self.tip(&mut order);
        }
        payments::pay(self, &mut order, &mix);
        self.fulfil(&mut order);
        aftermath::follow(self, &mut order, &mix);
        order
    }

    fn channel(&mut self, at: Timestamp, mix: &Mix) -> Channel {
        let hour = at.to_zoned(self.zone.clone()).hour();
        let pick = self.rng.random_range(0..1000);
        if (10..19).contains(&hour) && pick < mix.point_of_sale * 14 / 10 {
            let draft = self.rng.random_ratio(1, 60);
            return Channel::PointOfSale { location: (!draft).then(|| self.rng.random_range(0..LOCATIONS.len())) };
        }
        match self.rng.random_range(0..1000) {
            x if x < mix.shop_app => Channel::ShopApp,
            x if x < mix.shop_app + mix.drafts => Channel::Draft,
            _ => Channel::Online,
        }
    }

    fn fill(&mut self, order: &mut Order, mix: &Mix) {
        let lines = match order.no {
            37 if mix.large_orders > 0 => 117,
            73 if mix.large_orders > 0 => 263,
            _ if self.happens(mix.large_orders) => self.rng.random_range(101..300),
            _ => [1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7][self.rng.random_range(0..12)],
        };
        for _ in 0..lines {
            let variant = self.rng.random_range(0..self.catalogue.goods());
            let quantity = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3][self.rng.random_range(0..10)];
            let goods = &self.catalogue.variants[variant];
            order.lines.push(line(LineKind::Variant(variant), quantity, goods.price, goods.taxable));
        }
        if self.happens(mix.odd_titles) {
            let unit = Decimal::new(self.rng.random_range(1..9000), 2);
            let title = match self.rng.random_range(0..=ODD_TITLES.len()) {
                long if long == ODD_TITLES.len() => {
                    "Hand-lettered sign — ‘Captain’s Quarters’ & 船長室 ".chars().cycle().take(255).collect()
                }
                odd => ODD_TITLES[odd].to_owned(),
            };
            let mut custom = line(LineKind::Custom, self.rng.random_range(1..4), unit, true);
            custom.title = Some(title.into_boxed_str());
            order.lines.push(custom);
        }
        if self.happens(mix.bundles) {
            order.bundles.push("Cabin Weekend Set");
            for _ in 0..3 {
                let variant = self.rng.random_range(0..self.catalogue.goods());
                let goods = &self.catalogue.variants[variant];
                let mut part =
                    line(LineKind::Variant(variant), 1, cents(goods.price * Decimal::new(85, 2)), goods.taxable);
                part.bundle = Some(0);
                order.lines.push(part);
            }
        }
        if self.happens(mix.gift_cards_sold) && order.channel != Channel::ShopApp {
            let variant = self.rng.random_range(self.catalogue.goods()..self.catalogue.variants.len());
            let price = self.catalogue.variants[variant].price;
            if self.rng.random_ratio(1, 2) {
                order.lines.clear();
                order.bundles.clear();
            }
            order.lines.push(line(LineKind::GiftCard(variant), 1, price, false));
        }
    }

    fn ship(&mut self, order: &mut Order, place: usize, mix: &Mix) {
        let goods = order.lines.iter().any(|l| l.variant().is_none_or(|v| self.catalogue.variants[v].ships));
        if !goods || matches!(order.channel, Channel::PointOfSale { .. }) {
            return;
        }
        let way =
            if PLACES[place].country_code == "US" { self.rng.random_range(0..INTERNATIONAL) } else { INTERNATIONAL };
        let (title, code, price) = SHIPPING[way];
        let mut shipping =
            Shipping { title, code, price: Decimal::new(price, 2), allocations: Vec::new(), taxes: Vec::new() };
        if self.happens(mix.free_shipping) {
            shipping.allocations.push((order.discounts.len(), shipping.price));
            order.discounts.push(Discount::free_shipping());
        }
        order.shipping.push(shipping);
    }

    fn discount(&mut self, order: &mut Order, mix: &Mix) {
        let goods: Vec<usize> = (0..order.lines.len()).filter(|i| !order.lines[*i].is_gift_card()).collect();
        if goods.is_empty() {
            return;
        }
        if goods.len() == order.lines.len() && self.happens(mix.free_orders) {
            spread(order, &goods, DiscountKind::Code("ONTHEHOUSE"), DiscountValue::Percent(100));
            for shipping in &mut order.shipping {
                let rest = shipping.net();
                if rest > Decimal::ZERO {
                    shipping.allocations.push((order.discounts.len(), rest));
                    order.discounts.push(Discount::free_shipping());
                }
            }
            return;
        }
        if self.happens(mix.line_discounts) {
            let index = goods[self.rng.random_range(0..goods.len())];
            let percent = [5, 10, 25, 33][self.rng.random_range(0..4)];
            let amount = cents(order.lines[index].gross() * Decimal::new(i64::from(percent), 2));
            order.lines[index].allocations.push((order.discounts.len(), amount));
            order.discounts.push(Discount {
                kind: DiscountKind::Manual("Scuffed corner"),
                value: DiscountValue::Percent(percent),
                on_shipping: false,
                across: false,
            });
        }
        if self.happens(mix.automatic_discounts) {
            spread(order, &goods, DiscountKind::Automatic("Pine Days"), DiscountValue::Percent(12));
        } else if self.happens(mix.code_discounts) {
            let (code, percent) = CODES[self.rng.random_range(0..CODES.len())];
            spread(order, &goods, DiscountKind::Code(code), DiscountValue::Percent(percent));
        } else if self.happens(mix.order_discounts) {
            let amount = Decimal::new(self.rng.random_range(3..20) * 100, 2);
            spread(order, &goods, DiscountKind::Manual("Loyal customer"), DiscountValue::Amount(amount));
        }
    }

    fn tip(&mut self, order: &mut Order) {
        let amount = cents(order.subtotal() * Decimal::new([10, 15, 18, 20][self.rng.random_range(0..4)], 2));
        if amount > Decimal::ZERO {
            order.lines.push(line(LineKind::Tip, 1, amount, false));
        }
    }

    fn fulfil(&mut self, order: &mut Order) {
        let wait =
            if matches!(order.channel, Channel::PointOfSale { .. }) { 0 } else { self.rng.random_range(3600..100_000) };
        let at = order.created.checked_add(SignedDuration::from_secs(wait)).unwrap_or(order.created);
        if at <= self.now && order.received() >= order.total() {
            let mut lines: Vec<(usize, u32)> =
                (0..order.lines.len()).map(|l| (l, order.unfulfilled(l))).filter(|l| l.1 > 0).collect();
            if self.rare(self.trade.mix.partly_fulfilled) {
                lines.truncate(1);
            }
            order.fulfillments.push(Fulfillment { at, lines });
            order.updated = order.updated.max(at);
        }
    }
}

pub(crate) fn line(kind: LineKind, quantity: u32, unit: Decimal, taxable: bool) -> Line {
    Line {
        kind,
        title: None,
        quantity,
        unit,
        allocations: Vec::new(),
        taxes: Vec::new(),
        taxable,
        bundle: None,
        added_by: None,
    }
}

/// Spreads one discount over the lines by their value; the shares add up to it exactly.
pub(crate) fn spread(order: &mut Order, lines: &[usize], kind: DiscountKind, value: DiscountValue) {
    let base: Decimal = lines.iter().map(|i| order.lines[*i].net()).sum();
    let whole = match value {
        DiscountValue::Percent(percent) => cents(base * Decimal::new(i64::from(percent), 2)),
        DiscountValue::Amount(amount) => amount.min(base),
    };
    if base.is_zero() {
        return;
    }
    let (mut seen, mut given) = (Decimal::ZERO, Decimal::ZERO);
    for index in lines {
        seen += order.lines[*index].net();
        let upto = cents(whole * seen / base);
        order.lines[*index].allocations.push((order.discounts.len(), upto - given));
        given = upto;
    }
    order.discounts.push(Discount { kind, value, on_shipping: false, across: true });
}

/// Charges every line and the shipping by the place's authorities, each rounded for itself, as Shopify does.
pub(crate) fn tax(order: &mut Order, taxes_shipping: bool) {
    if order.tax_exempt {
        return;
    }
    for line in &mut order.lines {
        if line.taxable {
            line.taxes = tax_lines(order.rates, line.net(), order.taxes_included);
        }
    }
    if taxes_shipping {
        for shipping in &mut order.shipping {
            shipping.taxes = tax_lines(order.rates, shipping.net(), order.taxes_included);
        }
    }
}

pub(crate) fn tax_lines(rates: &'static [Rate], net: Decimal, included: bool) -> Vec<TaxLine> {
    let divisor = if included { Decimal::ONE + rates.iter().map(Rate::decimal).sum::<Decimal>() } else { Decimal::ONE };
    rates.iter().map(|rate| TaxLine { rate, amount: cents(net * rate.decimal() / divisor) }).collect()
}
