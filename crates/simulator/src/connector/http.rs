//! HTTP as the .NET client under the Web Connector speaks it (PROTOCOL.md a.1): one POST at a time, plain text to
//! localhost, `Expect: 100-continue`. Written by hand, because a test must know the moment at which the request has
//! left and the answer has not come.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long .NET waits for `100 Continue` before it sends the body anyway.
const CONTINUE_WAIT: Duration = Duration::from_millis(350);
/// How long a whole call may take.
const CALL_LIMIT: Duration = Duration::from_secs(100);
/// Longest answer taken.
const ANSWER_LIMIT: usize = 64 << 20;

/// A call that brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is not `http://host:port/path`.
    #[error("not an http address: {0}")]
    Address(String),
    /// The connection could not be made, or broke.
    #[error("connection: {0}")]
    Io(#[from] std::io::Error),
    /// The other side answers something that is not HTTP.
    #[error("not HTTP: {0}")]
    Malformed(&'static str),
    /// No answer in time.
    #[error("no answer within {} seconds", CALL_LIMIT.as_secs())]
    TimedOut,
}

/// Where the endpoint is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    host: String,
    port: u16,
    path: String,
}

impl Address {
    pub fn parse(url: &str) -> Result<Self, HttpError> {
        let bad = || HttpError::Address(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(bad)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
            None => (authority, 80),
        };
        if host.is_empty() {
            return Err(bad());
        }
        Ok(Self { host: host.to_owned(), port, path: format!("/{path}") })
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: String,
}

/// Sends one SOAP request; `written` is called when its last byte has been handed to the operating system.
pub(super) async fn post(
    address: &Address,
    action: &str,
    body: &str,
    expect: bool,
    written: impl FnOnce(),
) -> Result<Answer, HttpError> {
    tokio::time::timeout(CALL_LIMIT, exchange(address, action, body, expect, written))
        .await
        .unwrap_or(Err(HttpError::TimedOut))
}

async fn exchange(
    address: &Address,
    action: &str,
    body: &str,
    expect: bool,
    written: impl FnOnce(),
) -> Result<Answer, HttpError> {
    let mut stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
    stream.set_nodelay(true)?;
    let head = format!(
        "POST {} HTTP/1.1\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)\r\n\
         Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"{action}\"\r\nHost: {}:{}\r\nContent-Length: {}\r\n{}Connection: Close\r\n\r\n",
        address.path,
        address.host,
        address.port,
        body.len(),
        if expect { "Expect: 100-continue\r\n" } else { "" },
    );
    stream.write_all(head.as_bytes()).await?;
    let mut received = Vec::new();
    if expect {
        let interim = read_head(&mut stream, &mut received);
        if let Ok(head) = tokio::time::timeout(CONTINUE_WAIT, interim).await {
            let head = head?;
            if status_of(&head)? != 100 {
                written();
                return finish(&mut stream, received).await;
            }
            received.drain(..head.len());
        }
    }
    stream.write_all(body.as_bytes()).await?;
    stream.flush().await?;
    written();
    finish(&mut stream, received).await
}

/// Reads up to the blank line; what was read stays in `received`.
async fn read_head(stream: &mut TcpStream, received: &mut Vec<u8>) -> Result<String, HttpError> {
    loop {
        if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            return Ok(String::from_utf8_lossy(&received[..end + 4]).into_owned());
        }
        if received.len() > 64 << 10 {
            return Err(HttpError::Malformed("the head is too long"));
        }
        if stream.read_buf(received).await? == 0 {
            return Err(HttpError::Malformed("the connection closed inside the head"));
        }
    }
}

fn status_of(head: &str) -> Result<u16, HttpError> {
    head.split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .filter(|_| head.starts_with("HTTP/1."))
        .ok_or(HttpError::Malformed("no status line"))
}

async fn finish(stream: &mut TcpStream, mut received: Vec<u8>) -> Result<Answer, HttpError> {
    let mut head = read_head(stream, &mut received).await?;
    while status_of(&head)? == 100 {
        received.drain(..head.len());
        head = read_head(stream, &mut received).await?;
    }
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_ascii_lowercase())
    };
    let status = status_of(&head)?;
    let length = header("content-length").and_then(|length| length.parse::<usize>().ok());
    let chunked = header("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    let mut body = received.split_off(head.len());
    loop {
        if body.len() > ANSWER_LIMIT {
            return Err(HttpError::Malformed("the answer is too long"));
        }
        if chunked {
            if let Some(whole) = unchunked(&body)? {
                body = whole;
                break;
            }
        } else if length.is_some_and(|length| body.len() >= length) {
            body.truncate(length.unwrap_or_default());
            break;
        }
        if stream.read_buf(&mut body).await? == 0 {
            if chunked || length.is_some() {
                return Err(HttpError::Malformed("the connection closed inside the answer"));
            }
            break;
        }
    }
    let body = String::from_utf8(body).map_err(|_| HttpError::Malformed("the answer is not UTF-8"))?;
    Ok(Answer { status, body })
}

/// The content of a chunked body, once its last chunk is there.
fn unchunked(mut raw: &[u8]) -> Result<Option<Vec<u8>>, HttpError> {
    let mut whole = Vec::new();
    loop {
        let Some(end) = raw.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&raw[..end]).ok().and_then(|line| line.split(';').next());
        let size = size
            .and_then(|size| usize::from_str_radix(size.trim(), 16).ok())
            .filter(|size| *size <= ANSWER_LIMIT)
            .ok_or(HttpError::Malformed("a chunk has no size"))?;
        let rest = &raw[end + 2..];
        if size == 0 {
            return Ok(Some(whole));
        }
        let Some(chunk) = rest.get(..size + 2) else { return Ok(None) };
        whole.extend_from_slice(&chunk[..size]);
        raw = &rest[size + 2..];
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn only_plain_http_addresses_are_taken() {
        let address = Address::parse("http://localhost:8787/qbwc?a=b").unwrap();
        assert_eq!((address.host.as_str(), address.port, address.path.as_str()), ("localhost", 8787, "/qbwc?a=b"));
        assert!(Address::parse("https://localhost/").is_err());
        assert!(Address::parse("http://:80/").is_err());
    }

    #[test]
    fn a_chunked_answer_is_put_together_when_its_last_chunk_is_there() {
        assert_eq!(unchunked(b"3\r\nabc\r\n2\r\nde\r\n").unwrap(), None);
        assert_eq!(unchunked(b"3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n").unwrap().unwrap(), b"abcde");
        assert!(unchunked(b"zz\r\n").is_err());
    }
}
