import NIOCore
import NIOHTTP1
import NIOPosix

extension ServerBootstrap {
    /// A server's socket as every server here has it: small frames go at once, and a client that does
    /// not read fills 4 MiB at most before its channel stops being writable.
    static func forClients(of group: MultiThreadedEventLoopGroup, backlog: Int32) -> Self {
        Self(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 4 << 20))
    }
}

extension ChannelHandlerContext {
    /// Answers an HTTP request in words, and hangs up.
    func answerAndHangUp(_ head: HTTPRequestHead, _ status: HTTPResponseStatus, _ text: String) {
        let headers: HTTPHeaders = [
            "Content-Length": "\(text.utf8.count)", "Content-Type": "text/plain",
            "Connection": "close",
        ]
        let response = HTTPResponseHead(version: head.version, status: status, headers: headers)
        write(NIOAny(HTTPServerResponsePart.head(response)), promise: nil)
        if head.method != .HEAD {
            let body = channel.allocator.buffer(string: text)
            write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(body))), promise: nil)
        }
        let done = eventLoop.makePromise(of: Void.self)
        let channel = channel
        done.futureResult.whenComplete { _ in channel.close(promise: nil) }
        writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: done)
    }
}
