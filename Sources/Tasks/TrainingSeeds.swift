/// The border between evaluation and training seeds.
public enum TrainingSeeds {
    /// Seeds from here up are for training data, below it for evaluation.
    public static let first: UInt64 = 1_000_000
}
