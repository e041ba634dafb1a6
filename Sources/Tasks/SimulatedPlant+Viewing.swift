import Physics
import Runtime
public import Sensing
public import Spatial

/// What a viewer reads between ticks; allocates nothing once the arrays have their size.
extension SimulatedPlant: ViewedScene {
    /// Copies every robot shape and every object, where it is now.
    public mutating func readVisuals(into visuals: inout [Visual]) {
        placeVisuals()
        visuals.update(from: seen.visuals)
    }

    /// Copies the tool's frame, then the links' and the objects'.
    public mutating func readFrames(into frames: inout [Pose]) {
        let count = 1 + linkPoses.count + state.worldFromObject.count
        if frames.count != count { frames = [Pose](repeating: .identity, count: count) }
        frames[0] = state.worldFromTool
        var next = 1
        for pose in linkPoses {
            frames[next] = pose
            next += 1
        }
        for pose in state.worldFromObject {
            frames[next] = pose
            next += 1
        }
    }

    /// Copies the touching pairs' deepest points, with the force of the last timestep.
    public mutating func readContacts(
        into contacts: UnsafeMutableBufferPointer<ContactMark>
    ) -> Int {
        let room = UnsafeMutableBufferPointer(
            rebasing: touching.buffer[..<min(contacts.count, touching.buffer.count)]
        )
        let count = min(scene.world.contacts(into: room), room.count)
        for index in 0..<count {
            let contact = room[index]
            contacts[index] = ContactMark(
                position: contact.position,
                normal: contact.normal,
                force: contact.normalImpulse / setup.rate.timestepSeconds
            )
        }
        return count
    }
}

/// Room for the contacts of one instant, taken once.
final class ContactScratch: @unchecked Sendable {
    // Unchecked: used by the one thread that owns the plant.
    let buffer = UnsafeMutableBufferPointer<Contact>.allocate(capacity: 64)

    deinit { buffer.deallocate() }
}

extension [Visual] {
    /// Takes over another array's elements in place where both are equally long.
    fileprivate mutating func update(from other: [Visual]) {
        guard count == other.count else {
            self = []
            reserveCapacity(other.count)
            append(contentsOf: other)
            return
        }
        withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: other) }
    }
}
