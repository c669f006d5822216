//! JSON-RPC over one kept-alive connection, with as little work as possible: the client must not be what is measured.

use eyre::{Result, bail, ensure, eyre};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One HTTP/1.1 connection.
pub(super) struct Connection {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to `http://host:port`.
    pub(super) async fn open(url: &str) -> Result<Self> {
        let host = url.strip_prefix("http://").ok_or_else(|| eyre!("{url} is no http URL"))?;
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), buffer: Vec::with_capacity(4096) })
    }

    /// Sends one request with `params` as JSON, and returns the whole answer, which must not be an error.
    pub(super) async fn request(&mut self, method: &str, params: &str) -> Result<&str> {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.stream.write_all((head + &body).as_bytes()).await?;
        let start = self.receive().await?;
        let answer = std::str::from_utf8(&self.buffer[start..])?;
        ensure!(!answer.contains("\"error\":"), "{method} was refused: {answer}");
        Ok(answer)
    }

    /// Reads one response into the buffer; its body begins at the result.
    async fn receive(&mut self) -> Result<usize> {
        self.buffer.clear();
        loop {
            if let Some((start, length)) = body(&self.buffer)?
                && self.buffer.len() >= start + length
            {
                return Ok(start);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the node closed the connection");
            }
        }
    }
}

/// Where the body begins and how long it is, once the head is complete.
fn body(response: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = response.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&response[..end])?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let length = length.ok_or_else(|| eyre!("the node sent no content-length: {head}"))??;
    Ok(Some((end + 4, length)))
}
