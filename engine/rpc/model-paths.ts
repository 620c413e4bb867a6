/** The calls of service blast.v1.Model (proto/blast/v1/model.proto) as paths of HTTP/2. */
export const DESCRIBE_PATH = '/blast.v1.Model/Describe';
export const PLAY_PATH = '/blast.v1.Model/Play';
