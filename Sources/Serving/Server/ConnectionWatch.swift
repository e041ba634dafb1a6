import NIOCore
import Runtime

/// Sees a connection's bytes before they are frames: when the client was heard last, and whether a
/// message drips in too slowly.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Called when a message takes too long.
    var tooSlow: () -> Void = {}
    /// When the last byte came.
    private(set) var heardAt = NIODeadline.now()

    private let timeout: TimeSpan
    private var timer: Scheduled<Void>?
    private var isStopped = false

    init(timeout: TimeSpan) { self.timeout = timeout }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heardAt = .now()
        if timer == nil, !isStopped {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
                [weak self] in self?.tooSlow()
            }
        }
        // After a goodbye nothing is read that would have to be kept.
        if !isStopped { context.fireChannelRead(data) }
    }

    /// The message that the bytes were for is here.
    func messageIsWhole() {
        timer?.cancel()
        timer = nil
    }

    /// Counts no more.
    func stop() {
        messageIsWhole()
        isStopped = true
        tooSlow = {}
    }
}
