//! A long answer takes no more memory than one of its records. Alone in its file, because it watches the whole process.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use qbxml::{Event, Object, ReadError, Reader, ReportRow};

const ANSWER_BYTES: usize = 50 << 20;
const CUSTOMERS: Kind = Kind {
    head: "<?xml version=\"1.0\" ?><QBXML><QBXMLMsgsRs><CustomerQueryRs requestID=\"1\" statusCode=\"0\" \
           statusSeverity=\"Info\" statusMessage=\"Status OK\">",
    record: customer,
    tail: "</CustomerQueryRs></QBXMLMsgsRs></QBXML>",
};
const REPORT: Kind = Kind {
    head: "<?xml version=\"1.0\" ?><QBXML><QBXMLMsgsRs><CustomDetailReportQueryRs requestID=\"1\" statusCode=\"0\" \
           statusSeverity=\"Info\" statusMessage=\"Status OK\"><ReportRet><ReportTitle>Detail</ReportTitle><ReportData>",
    record: row,
    tail: "</ReportData></ReportRet></CustomDetailReportQueryRs></QBXMLMsgsRs></QBXML>",
};

/// What an answer is made of.
#[derive(Clone, Copy)]
struct Kind {
    head: &'static str,
    record: fn(usize) -> String,
    tail: &'static str,
}

fn customer(number: usize) -> String {
    format!(
        "<CustomerRet><ListID>{number:08X}-1</ListID><Name>Customer {number}</Name><IsActive>true</IsActive>\
         <Notes>{}</Notes></CustomerRet>\n",
        "Likes blue mugs. ".repeat(100)
    )
}

fn row(number: usize) -> String {
    format!(
        "<DataRow rowNumber=\"{number}\"><ColData colID=\"1\" value=\"{number:08X}-1\" /><ColData colID=\"2\" \
         value=\"{}\" /></DataRow>\n",
        "Likes blue mugs. ".repeat(100)
    )
}

/// Makes up an answer while it is read.
struct Generated {
    kind: Kind,
    piece: Vec<u8>,
    position: usize,
    made: usize,
    done: bool,
    handed_out: Rc<Cell<usize>>,
}

impl Generated {
    fn new(kind: Kind, handed_out: Rc<Cell<usize>>) -> Self {
        Self { kind, piece: kind.head.as_bytes().to_vec(), position: 0, made: 0, done: false, handed_out }
    }
}

impl BufRead for Generated {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.piece.len() && !self.done {
            self.position = 0;
            if self.handed_out.get() < ANSWER_BYTES {
                self.made += 1;
                self.piece = (self.kind.record)(self.made).into_bytes();
            } else {
                self.piece = self.kind.tail.as_bytes().to_vec();
                self.done = true;
            }
        }
        Ok(&self.piece[self.position..])
    }

    fn consume(&mut self, count: usize) {
        self.position += count;
        self.handed_out.set(self.handed_out.get() + count);
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

/// The most memory that the process ever had, in KiB, where the system tells it.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Reads a long answer; `told` says which record an object is, if it is one.
fn read_long_answer(kind: Kind, told: impl Fn(Object) -> Option<String>) {
    let handed_out = Rc::new(Cell::new(0));
    let mut reader = Reader::new(Generated::new(kind, Rc::clone(&handed_out)));
    let longest = (kind.record)(usize::MAX >> 8).len();
    let before = peak();
    let mut records = 0;
    let mut bytes_of_read = kind.head.len();
    while let Some(event) = reader.next().unwrap() {
        let Event::Object(object) = event else { continue };
        if let Some(told) = told(object) {
            records += 1;
            bytes_of_read += (kind.record)(records).len();
            assert_eq!(told, format!("{records:08X}-1"));
            assert!(handed_out.get() <= bytes_of_read + longest, "the reader runs ahead of what it tells");
        }
    }
    assert!(handed_out.get() > ANSWER_BYTES && records > 25_000);
    match (before, peak()) {
        (Some(before), Some(after)) => {
            assert!(after - before < 4 << 10, "reading {ANSWER_BYTES} bytes took {} KiB", after - before);
        }
        _ => tell("skipped in part: this system does not tell a process's peak memory"),
    }
}

#[test]
fn a_long_answer_takes_no_more_memory_than_a_record() {
    read_long_answer(CUSTOMERS, |object| match object {
        Object::Customer(customer) => Some(customer.list_id.to_string()),
        _ => None,
    });
    read_long_answer(REPORT, |object| match object {
        Object::ReportRow(row) => match *row {
            ReportRow::Data(row) => row.value(1).map(str::to_owned),
            _ => None,
        },
        _ => None,
    });

    // One record without end is refused long before it fills the memory.
    let endless = CUSTOMERS.head.as_bytes().chain("<CustomerRet><Notes>".as_bytes()).chain(io::repeat(b'x'));
    let mut reader = Reader::new(io::BufReader::new(endless));
    let error = loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("an endless answer came to an end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::TooLong), "{error}");
}

#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn tell(what: &str) {
    eprintln!("{what}");
}
