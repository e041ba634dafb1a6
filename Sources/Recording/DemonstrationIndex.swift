internal import CHDF5
internal import Diagnostics

/// Reading what a file holds, without its numbers.
extension DemonstrationReader {
    typealias Index = (
        attributes: [String: AttributeValue],
        demonstrations: [DemonstrationSummary],
        filters: [String: [String]]
    )

    private static let mostDemonstrations = 1_000_000
    private static let mostColumns = 1024
    private static let deepestColumn = 4

    static func index(_ file: hid_t) throws(InputError) -> Index {
        guard try children(of: file).contains("data") else {
            throw InputError(key: "data", expected: "robomimic's layout", found: "no group /data")
        }
        let data = try HDF5.openGroup(file, "data")
        var numbered: [(number: Int, name: String)] = []
        for name in try children(of: data.id) {
            guard name.hasPrefix("demo_"), let number = Int(name.dropFirst(5)) else { continue }
            numbered.append((number, name))
        }
        var demonstrations: [DemonstrationSummary] = []
        for (_, name) in numbered.sorted(by: { $0 < $1 }) {
            demonstrations.append(try summary(data.id, name: name))
        }
        let attributes = try AttributeValue.readAll(of: data.id)
        let total = demonstrations.reduce(0) { $0 + $1.sampleCount }
        if let stated = attributes["total"]?.count, stated != total {
            throw InputError(key: "data/total", expected: "\(total) steps", found: "\(stated)")
        }
        return (attributes, demonstrations, try filters(of: file))
    }

    private static func summary(
        _ data: hid_t,
        name: String
    ) throws(InputError) -> DemonstrationSummary {
        let group = try HDF5.openGroup(data, name)
        let attributes = try AttributeValue.readAll(of: group.id)
        var columns: [ColumnSummary] = []
        try collect(&columns, in: group.id, prefix: "", depth: 1)
        guard let samples = attributes["num_samples"]?.count else {
            throw InputError(
                key: "\(name)/num_samples",
                expected: "a whole number",
                found: attributes["num_samples"] == nil ? "none" : "another type"
            )
        }
        guard let actions = columns.first(where: { $0.path == "actions" }) else {
            throw InputError(key: "\(name)/actions", expected: "a dataset", found: "none")
        }
        guard actions.shape.first == samples else {
            throw InputError(
                key: "\(name)/actions",
                expected: "\(samples) steps",
                found: "shape \(actions.shape)"
            )
        }
        let seed: UInt64? =
            switch attributes["seed"] {
            case .unsigned(let seed): seed
            case .integer(let seed) where seed >= 0: UInt64(seed)
            default: nil
            }
        return DemonstrationSummary(
            name: name,
            sampleCount: samples,
            seed: seed,
            attributes: attributes,
            columns: columns
        )
    }

    private static func collect(
        _ columns: inout [ColumnSummary],
        in group: hid_t,
        prefix: String,
        depth: Int
    ) throws(InputError) {
        for name in try children(of: group) {
            let object = try HDF5Handle(
                H5Oopen(group, name, ch5_default()),
                close: H5Oclose,
                expected: "an object",
                key: prefix + name
            )
            switch H5Iget_type(object.id) {
            case H5I_DATASET:
                columns.append(try describe(object.id, path: prefix + name))
                guard columns.count <= mostColumns else {
                    throw InputError(expected: "at most \(mostColumns) columns", found: "more")
                }
            case H5I_GROUP where depth < deepestColumn:
                try collect(&columns, in: object.id, prefix: prefix + name + "/", depth: depth + 1)
            default:
                continue
            }
        }
    }

    private static func describe(
        _ dataset: hid_t,
        path: String
    ) throws(InputError) -> ColumnSummary {
        let type = try HDF5Handle(
            H5Dget_type(dataset),
            close: H5Tclose,
            expected: "a dataset with a type",
            key: path
        )
        let creation = try HDF5Handle(
            H5Dget_create_plist(dataset),
            close: H5Pclose,
            expected: "a dataset with a layout",
            key: path
        )
        let isElsewhere =
            H5Pget_external_count(creation.id) != 0
            || H5Pget_layout(creation.id) == H5D_VIRTUAL
        guard !isElsewhere else {
            throw InputError(
                key: path,
                expected: "numbers in the file itself",
                found: "numbers in another file"
            )
        }
        return ColumnSummary(
            path: path,
            shape: try extents(of: dataset, key: path),
            type: elementType(type.id)
        )
    }

    private static func extents(of dataset: hid_t, key: String) throws(InputError) -> [Int] {
        let space = try HDF5Handle(
            H5Dget_space(dataset),
            close: H5Sclose,
            expected: "a dataset with a shape",
            key: key
        )
        let rank = H5Sget_simple_extent_ndims(space.id)
        guard rank >= 0, rank <= 8 else {
            throw InputError(key: key, expected: "at most 8 axes", found: "\(rank)")
        }
        var sizes = [hsize_t](repeating: 0, count: Int(rank))
        if rank > 0 {
            try HDF5.check(
                H5Sget_simple_extent_dims(space.id, &sizes, nil),
                expected: "a shape",
                key: key
            )
        }
        guard sizes.allSatisfy({ $0 <= hsize_t(Int.max) }) else {
            throw InputError(key: key, expected: "a possible shape", found: "\(sizes)")
        }
        return sizes.map { Int($0) }
    }

    private static func elementType(_ type: hid_t) -> ElementType? {
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_FLOAT: return size == 4 ? .float32 : size == 8 ? .float64 : nil
        case H5T_INTEGER where H5Tget_sign(type) == H5T_SGN_NONE:
            return size == 1 ? .uint8 : size == 8 ? .uint64 : nil
        case H5T_INTEGER: return size == 8 ? .int64 : nil
        default: return nil
        }
    }

    /// The names in a group; refuses links that lead elsewhere.
    private static func children(of group: hid_t) throws(InputError) -> [String] {
        var info = H5G_info_t()
        try HDF5.check(H5Gget_info(group, &info), expected: "a group")
        guard info.nlinks <= hsize_t(mostDemonstrations) else {
            throw InputError(
                expected: "at most \(mostDemonstrations) names in a group",
                found: "\(info.nlinks)"
            )
        }
        var names: [String] = []
        for index in 0..<info.nlinks {
            let length = H5Lget_name_by_idx(
                group,
                ".",
                H5_INDEX_NAME,
                H5_ITER_INC,
                index,
                nil,
                0,
                ch5_default()
            )
            guard length > 0, length <= 4096 else { throw HDF5.error(expected: "a name") }
            var bytes = [CChar](repeating: 0, count: length + 1)
            H5Lget_name_by_idx(
                group,
                ".",
                H5_INDEX_NAME,
                H5_ITER_INC,
                index,
                &bytes,
                bytes.count,
                ch5_default()
            )
            let name = String(
                decoding: bytes.prefix(length).map(UInt8.init(bitPattern:)),
                as: UTF8.self
            )
            var link = H5L_info_t()
            try HDF5.check(
                H5Lget_info(group, name, &link, ch5_default()),
                expected: "a link",
                key: name
            )
            guard link.type == H5L_TYPE_HARD else {
                throw InputError(
                    key: name,
                    expected: "an object in the file itself",
                    found: "a link elsewhere"
                )
            }
            names.append(name)
        }
        return names
    }

    private static func filters(of file: hid_t) throws(InputError) -> [String: [String]] {
        guard try children(of: file).contains("mask") else { return [:] }
        let mask = try HDF5.openGroup(file, "mask")
        var filters: [String: [String]] = [:]
        for name in try children(of: mask.id) {
            let dataset = try HDF5Handle(
                H5Dopen2(mask.id, name, ch5_default()),
                close: H5Dclose,
                expected: "a filter",
                key: name
            )
            let type = try HDF5Handle(
                H5Dget_type(dataset.id),
                close: H5Tclose,
                expected: "a filter with a type",
                key: name
            )
            let shape = try extents(of: dataset.id, key: name)
            let size = H5Tget_size(type.id)
            // Other projects may write strings of any length; those filters are left out.
            guard shape.count == 1, H5Tget_class(type.id) == H5T_STRING,
                H5Tis_variable_str(type.id) == 0, (1...256).contains(size),
                shape[0] <= mostDemonstrations
            else { continue }
            var bytes = [UInt8](repeating: 0, count: shape[0] * size)
            try HDF5.check(
                H5Dread(dataset.id, type.id, ch5_all(), ch5_all(), ch5_default(), &bytes),
                expected: "names",
                key: name
            )
            filters[name] = (0..<shape[0]).map { index in
                let name = bytes[index * size..<(index + 1) * size]
                return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        return filters
    }
}

extension AttributeValue {
    /// The value as a count, where it is one.
    fileprivate var count: Int? {
        switch self {
        case .integer(let value) where value >= 0: Int(exactly: value)
        case .unsigned(let value): Int(exactly: value)
        default: nil
        }
    }
}
