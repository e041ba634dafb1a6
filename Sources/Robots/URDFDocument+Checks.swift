import Diagnostics

/// What holds between a file's elements.
extension URDFDocument {
    /// Checks that mimic joints follow movable joints that mimic none.
    func checkMimics() throws(InputError) {
        let byName = Dictionary(joints.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
        for joint in joints {
            guard let mimic = joint.mimic else { continue }
            guard let source = byName[mimic.source], source.kind != nil else {
                var unknown = InputError.unknown(
                    "movable joint",
                    name: String(mimic.source.prefix(60)),
                    known: joints.filter { $0.kind != nil && $0.name != joint.name }.map(\.name)
                )
                unknown.file = file
                unknown.line = outline.line(of: "joint", named: joint.name)
                unknown.key = "joint \(quoted(joint.name)) mimic"
                throw unknown
            }
            guard source.mimic == nil, source.name != joint.name, joint.kind != nil else {
                throw error(
                    "joint",
                    joint.name,
                    "mimic",
                    expected: "a joint that mimics none",
                    found: quoted(mimic.source)
                )
            }
        }
    }

    /// Checks that every link but one has one parent, and that all hang from that one.
    ///
    /// - Returns: The name of the root.
    func checkTree() throws(InputError) -> String {
        var children: [String: [String]] = [:]
        var parented: Set<String> = []
        for joint in joints {
            for name in [joint.parent, joint.child] where links[name] == nil {
                throw error(
                    "joint",
                    joint.name,
                    expected: "known links",
                    found: quoted(name),
                    nearest: nearestNames(to: name, among: links.keys.sorted())
                )
            }
            guard parented.insert(joint.child).inserted else {
                throw error(
                    "joint",
                    joint.name,
                    "child",
                    expected: "one parent for each link",
                    found: "another joint to \(quoted(joint.child))"
                )
            }
            children[joint.parent, default: []].append(joint.child)
        }
        let roots = links.keys.filter { !parented.contains($0) }.sorted()
        guard let root = roots.first, roots.count == 1 else {
            throw InputError(
                expected: "a tree with one root link",
                found: roots.isEmpty ? "a cycle" : "the roots " + roots.joined(separator: ", ")
            )
        }
        var reached: Set<String> = [root]
        var frontier = [root]
        while let link = frontier.popLast() {
            for child in children[link] ?? [] where reached.insert(child).inserted {
                frontier.append(child)
            }
        }
        if let lost = links.keys.filter({ !reached.contains($0) }).min() {
            throw error("link", lost, expected: "a way to the root \(root)", found: "a cycle")
        }
        return root
    }
}
