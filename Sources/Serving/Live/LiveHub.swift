import NIOCore

/// Who watches, and what there is to see; everything happens on one event loop.
final class LiveHub {
    /// The most viewers at a time.
    static let mostClients = 16

    let serverInfo: String
    private(set) var channels: [LiveChannel] = []
    private var clients: [ObjectIdentifier: LiveClientHandler] = [:]
    /// The last message of each latched channel.
    private var latched: [Int: (time: UInt64, data: [UInt8])] = [:]

    init(name: String, session: String) {
        serverInfo = LiveProtocol.serverInfo(name: name, session: session)
    }

    var advertisement: String { LiveProtocol.advertise(channels) }

    /// Takes a viewer in; false when there are too many.
    func enter(_ client: LiveClientHandler) -> Bool {
        guard clients.count < Self.mostClients else { return false }
        clients[ObjectIdentifier(client)] = client
        return true
    }

    func leave(_ client: LiveClientHandler) { clients[ObjectIdentifier(client)] = nil }

    /// Tells everybody of the channels, unless they are known.
    func advertise(_ channels: [LiveChannel]) {
        guard channels != self.channels else { return }
        self.channels = channels
        latched.removeAll()
        for client in clients.values { client.sendText(advertisement) }
    }

    func publish(_ channel: Int, time: UInt64, data: [UInt8]) {
        guard channels.indices.contains(channel) else { return }
        if channels[channel].isLatched { latched[channel] = (time, data) }
        for client in clients.values { client.send(channel, time: time, data: data) }
    }

    /// Sends what is latched on a channel to one who has just subscribed.
    func greet(_ client: LiveClientHandler, on channel: Int) {
        guard let last = latched[channel] else { return }
        client.send(channel, time: last.time, data: last.data)
    }
}
