import Testing

@testable import Runtime

@Suite struct OperatorLinkTests {
    @Test func `a command comes out as it went in, to a 127th`() {
        let link = OperatorLink()
        #expect(link.command == OperatorCommand())
        link.move(linear: SIMD3(1, -1, 0.3), angular: SIMD3(-0.5, 0, 1))
        let command = link.command
        #expect(command.linear.x == 1 && command.linear.y == -1)
        #expect(abs(command.linear.z - 0.3) < 0.5 / 127)
        #expect(abs(command.angular.x + 0.5) < 0.5 / 127)
        #expect(command.angular.y == 0 && command.angular.z == 1)
        #expect(command.isActive)
    }

    @Test func `numbers that are no directions do no harm`() {
        let link = OperatorLink()
        link.move(linear: SIMD3(.nan, .infinity, 7), angular: SIMD3(-.infinity, -7, 0))
        #expect(link.command.linear == SIMD3(0, 0, 1))
        #expect(link.command.angular == SIMD3(0, -1, 0))
    }

    @Test func `the gripper keeps its state until the next episode`() {
        let link = OperatorLink()
        link.toggleGripper()
        link.move(linear: .zero)
        #expect(link.command.closesGripper && link.command.isActive)
        link.toggleGripper()
        #expect(!link.command.closesGripper)
        link.toggleGripper()
        link.ask(.skip)
        link.beginEpisode()
        #expect(!link.command.isActive && link.takeRequest() == nil)
    }

    @Test func `a request is taken once, and the last one counts`() {
        let link = OperatorLink()
        #expect(link.takeRequest() == nil)
        link.ask(.accept)
        link.ask(.discard)
        #expect(link.takeRequest() == .discard)
        #expect(link.takeRequest() == nil)
    }
}
