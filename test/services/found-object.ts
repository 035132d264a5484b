// An object as a test finds it in a bucket or container.

export interface FoundObject {
  key: string
  body: Buffer
  metadata: Record<string, string>
}

/** Metadata comes in headers that begin with `prefix`. */
export async function foundObject(key: string, response: Response, prefix: string): Promise<FoundObject> {
  const metadata = [...response.headers].filter(([name]) => name.startsWith(prefix))
  return {
    key,
    body: Buffer.from(await response.arrayBuffer()),
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(prefix.length), value])),
  }
}

/** A key as it stands in a URL. */
export const keyInPath = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/')
