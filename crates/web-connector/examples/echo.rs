//! An endpoint to try a SOAP client on: `echo 127.0.0.1:8095 USER PASSWORD`.
//!
//! Each session hands out three requests with a pause between them, and prints what comes back.
#![allow(clippy::print_stdout, reason = "printing is what this example does")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::net::TcpListener;
use web_connector::{
    Agent, Answer, CompanyFile, Config, Ended, Hello, MonotonicClock, Opening, Outgoing, Progress, Retry, Secret,
    SessionId, serve, service,
};

const REQUESTS: u32 = 3;

#[derive(Default)]
struct Echo {
    asked: AtomicU32,
    answered: AtomicU32,
}

impl Agent for Echo {
    fn open(&self, session: &SessionId) -> Opening {
        println!("{session}: opened");
        self.asked.store(0, Ordering::Relaxed);
        self.answered.store(0, Ordering::Relaxed);
        Opening::Work(CompanyFile::Open)
    }

    fn next_request(&self, session: &SessionId, hello: Option<&Hello>) -> Outgoing {
        if let Some(hello) = hello {
            println!("{session}: {} with qbXML {}.{}", hello.company_file_name, hello.qbxml_major, hello.qbxml_minor);
        }
        match self.asked.fetch_add(1, Ordering::Relaxed) {
            1 => Outgoing::Pause,
            number => Outgoing::Request(format!(
                "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\">\
                 <CustomerQueryRq requestID=\"{number}\"><FullName>Wax &amp; Wick \u{e9}</FullName></CustomerQueryRq>\
                 </QBXMLMsgsRq></QBXML>"
            )),
        }
    }

    fn answer(&self, session: &SessionId, answer: Answer<'_>) -> Progress {
        println!("{session}: {answer:?}");
        let done = self.answered.fetch_add(1, Ordering::Relaxed) + 1;
        if done < REQUESTS { Progress::Work { done, remaining: REQUESTS - done } } else { Progress::Done }
    }

    fn connection_error(&self, session: &SessionId, hresult: &str, message: &str) -> Retry {
        println!("{session}: {hresult} {message}");
        Retry::GiveUp
    }

    fn closed(&self, session: &SessionId, how: Ended) {
        println!("{session}: {how:?}");
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, user, password] = arguments.as_slice() else {
        println!("usage: echo ADDRESS:PORT USER PASSWORD");
        return Ok(());
    };
    let config = Config::new(user, "Echo", env!("CARGO_PKG_VERSION"));
    let router = service(config, Arc::new(Echo::default()), Secret::new(password), Arc::new(MonotonicClock::start()));
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    serve(listener, router, async {
        // Without the signal the example runs until it is killed.
        let _ = tokio::signal::ctrl_c().await;
    })
    .await
}
