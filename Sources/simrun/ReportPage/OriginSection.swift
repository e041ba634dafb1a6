import Results

/// What the numbers rest on: machines, programs, and digests of files.
struct OriginSection {
    let data: ReportData

    var section: ReportPage.Section? {
        ReportPage.Section(id: "origin", title: "Hosts and hashes", body: hosts + hashes)
    }

    private var hosts: HTML {
        ReportTable.element(
            id: "hosts-c",
            caption: "Machines and programs that ran the episodes.",
            heads: [
                ("processor", false), ("cores", true), ("instructions", false),
                ("side by side", true),
                ("simrun", false), ("SHA-256 of the program", false),
            ],
            rows: data.hosts.map { host in
                [
                    "\(host.cpu)", "\(host.cores)", "\(host.simd)", "\(host.jobs)",
                    "\(host.version)", "<code>\(host.programSHA256)</code>",
                ]
            }
        )
    }

    private struct Digest: Hashable {
        var kind: String
        var name: String
        var value: String
    }

    private var hashes: HTML {
        var seen: Set<Digest> = []
        var digests: [Digest] = []
        func add(_ kind: String, _ name: String, _ value: String?) {
            guard let value else { return }
            let digest = Digest(kind: kind, name: name, value: value)
            if seen.insert(digest).inserted { digests.append(digest) }
        }
        for cell in data.cells {
            add("task", cell.run.task, cell.hashes.task)
            add("robot", cell.run.robot, cell.hashes.robot)
            add("policy", cell.run.policy, cell.hashes.policy)
            add("latency", cell.run.latency, cell.hashes.latency)
        }
        return ReportTable.element(
            id: "hashes-c",
            caption: "Files that the results rest on: SHA-256, and for robots a hash of the model.",
            heads: [("kind", false), ("name", false), ("digest", false)],
            rows: digests.prefix(ReportPage.maximumCells).map { digest in
                ["\(digest.kind)", "\(digest.name)", "<code>\(digest.value)</code>"]
            }
        )
    }
}
