// Trouble on order: the next answers below a path have this status.
export interface Failures {
  order(failure: { status: number; times: number; path: string; retryAfterSeconds: number | null }): void
  next(path: string): Response | null
}

export function createFailures(): Failures {
  const orders: { status: number; left: number; path: string; retryAfterSeconds: number | null }[] = []
  return {
    order: ({ times, ...rest }) => void orders.push({ ...rest, left: times }),
    next(path) {
      const order = orders.find((each) => each.left > 0 && path.includes(each.path))
      if (order === undefined) return null
      order.left--
      const headers: Record<string, string> =
        order.retryAfterSeconds === null ? {} : { 'retry-after': String(order.retryAfterSeconds) }
      return Response.json({ detail: 'ordered by a test' }, { status: order.status, headers })
    },
  }
}
