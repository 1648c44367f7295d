//! Reading the company file's own report, for the tie-out: what it says was booked, day by day.

use std::collections::VecDeque;

use books::{Money, document::Shop};
use jiff::{Timestamp, ToSpan, civil::Date};
use qbxml::{
    CellRow, CustomDetailReportQuery, Event, IncludeColumn, Object, ReportBasis, ReportDates, ReportPeriod, ReportRet,
    ReportRow, SummarizeRowsBy, TxnId,
};
use store::{CompanyPosting, StoreError};
use tracing::warn;

use super::{Conversation, Fault, Pending, Phase, ask};
use crate::tieout::{Period, WANTED};

/// The setting with the day on which the last days were last read without being asked for.
const DAILY: &str = "proof.daily";
/// Days that are read again each day: what is changed by hand in QuickBooks is mostly recent.
const LAST_DAYS: i64 = 7;
/// What is asked of each posting.
const COLUMNS: [IncludeColumn; 6] = [
    IncludeColumn::TxnId,
    IncludeColumn::TxnType,
    IncludeColumn::RefNumber,
    IncludeColumn::Account,
    IncludeColumn::Debit,
    IncludeColumn::Credit,
];

impl Conversation {
    /// The question for the next day of the report; none when all that is wanted was read.
    pub(super) fn prove(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let Phase::Prove(Some(days)) = &mut self.phase else {
            self.wanted = self.store.setting::<Option<Period>>(WANTED)?.flatten();
            let days = self.days_to_read(now)?;
            self.phase = Phase::Prove(Some(days));
            return Ok(None);
        };
        let day = days.pop_front();
        let Some(day) = day else {
            self.proven(now)?;
            self.phase = Phase::Forget;
            return Ok(None);
        };
        let question = CustomDetailReportQuery {
            report_period: Some(ReportDates::Period(ReportPeriod {
                from_report_date: Some(day),
                to_report_date: Some(day),
            })),
            summarize_rows_by: SummarizeRowsBy::TotalOnly,
            include_column: COLUMNS.to_vec(),
            // Whatever the company prefers to look at: forms count on their own days.
            report_basis: Some(ReportBasis::Accrual),
            ..CustomDetailReportQuery::default()
        };
        self.pending = Some(Pending::Report(day));
        Ok(Some(ask(vec![question.into()])?))
    }

    /// The days that somebody wants, and once a day the last days.
    fn days_to_read(&self, now: Timestamp) -> Result<VecDeque<Date>, StoreError> {
        let Some(shop) = self.store.setting::<Shop>("shop")? else { return Ok(VecDeque::new()) };
        let Ok(today) = now.in_tz(&shop.time_zone).map(|local| local.date()) else { return Ok(VecDeque::new()) };
        let mut days = Vec::new();
        if let Some(wanted) = self.wanted {
            let to = wanted.to.min(today.saturating_add(1.day()));
            days.extend(wanted.from.series(1.day()).take_while(|day| *day <= to));
        }
        if self.store.setting::<Date>(DAILY)? != Some(today) {
            let from = today.saturating_sub(LAST_DAYS.days());
            days.extend(from.series(1.day()).take_while(|day| *day <= today));
        }
        days.sort();
        days.dedup();
        Ok(days.into())
    }

    fn proven(&mut self, now: Timestamp) -> Result<(), StoreError> {
        // What somebody has asked for meanwhile is still wanted.
        if self.wanted.is_some() && self.store.setting::<Option<Period>>(WANTED)?.flatten() == self.wanted {
            self.store.set_setting(WANTED, &None::<Period>, "the company file's report was read", now)?;
        }
        if let Some(shop) = self.store.setting::<Shop>("shop")?
            && let Ok(today) = now.in_tz(&shop.time_zone).map(|local| local.date())
            && self.store.setting::<Date>(DAILY)? != Some(today)
        {
            self.store.set_setting(DAILY, &today, "the company file's report was read", now)?;
        }
        Ok(())
    }

    /// A day of the report came: read as a stream, a row at a time.
    pub(super) fn report_came(&mut self, day: Date, xml: &str, now: Timestamp) -> Result<(), Fault> {
        let mut reader = qbxml::Reader::new(xml.as_bytes());
        let mut columns = None;
        let mut postings = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(Event::Response(head)))
                    if !matches!(head.status.class(), qbxml::Class::Fine | qbxml::Class::Empty) =>
                {
                    warn!(status = head.status.message, "QuickBooks does not give the report");
                    self.give_up_proof();
                    return Ok(());
                }
                Ok(Some(Event::Object(Object::Report(report)))) => columns = Columns::of(&report),
                Ok(Some(Event::Object(Object::ReportRow(row)))) => {
                    if let (ReportRow::Data(row), Some(columns)) = (&*row, &columns) {
                        postings.extend(columns.posting(row));
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    warn!(%error, "the report could not be read");
                    self.give_up_proof();
                    return Ok(());
                }
            }
        }
        self.store.save_company_day(day, &postings, now)?;
        Ok(())
    }

    /// The report is no condition of anything: the next session tries again.
    pub(super) fn give_up_proof(&mut self) {
        self.phase = Phase::Forget;
    }
}

/// Where the report has what.
struct Columns {
    txn_id: u32,
    kind: Option<u32>,
    number: Option<u32>,
    account: u32,
    debit: u32,
    credit: u32,
}

impl Columns {
    fn of(report: &ReportRet) -> Option<Self> {
        Some(Self {
            txn_id: report.column(IncludeColumn::TxnId)?,
            kind: report.column(IncludeColumn::TxnType),
            number: report.column(IncludeColumn::RefNumber),
            account: report.column(IncludeColumn::Account)?,
            debit: report.column(IncludeColumn::Debit)?,
            credit: report.column(IncludeColumn::Credit)?,
        })
    }

    /// The row as a posting; none for rows that belong to no transaction.
    fn posting(&self, row: &CellRow) -> Option<CompanyPosting> {
        let money = |column| row.value(column).and_then(|text| text.replace(',', "").parse::<Money>().ok());
        let text = |column: Option<u32>| column.and_then(|column| row.value(column)).unwrap_or_default().to_owned();
        Some(CompanyPosting {
            txn_id: TxnId::new(row.value(self.txn_id).filter(|id| !id.is_empty())?),
            kind: text(self.kind),
            number: text(self.number),
            account: row.value(self.account)?.to_owned(),
            amount: money(self.debit).unwrap_or_default() - money(self.credit).unwrap_or_default(),
        })
    }
}
